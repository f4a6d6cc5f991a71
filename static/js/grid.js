// A `data-grid` form moves like a spreadsheet, takes a pasted block, and saves what is typed a moment after each change.
const PAUSE = 1200;
const EXPIRED = "Votre session est terminée : cette saisie n’est pas encore enregistrée. Cliquez « Enregistrer » : reconnectez-vous, elle vous sera rendue.";

for (const form of document.querySelectorAll("form[data-grid]")) {
  const body = form.querySelector("tbody");
  const saved = form.querySelector("[data-saved]");
  const cells = (row) => [...row.querySelectorAll("input, select")];
  const place = (field) => {
    const row = field.closest("[data-row]");
    return row ? [[...body.rows].indexOf(row), cells(row).indexOf(field)] : null;
  };
  const focus = (line, column) => {
    const field = body.rows[line] && cells(body.rows[line])[column];
    if (field) { field.focus(); field.select?.(); }
    return Boolean(field);
  };

  const addRow = () => {
    const number = body.rows.length, row = body.rows[number - 1].cloneNode(true);
    for (const field of cells(row)) {
      field.name = field.id = field.name.replace(/^l\d+-/, `l${number}-`);
      field.value = "";
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      const label = field.getAttribute("aria-label");
      field.setAttribute("aria-label", label.startsWith("Payeur") ? `Payeur, ligne ${number + 1}` : label.replace(/,.*/, ", nouveau payeur"));
    }
    body.append(row);
    form.elements.lignes.value = number + 1;
  };

  form.addEventListener("keydown", (event) => {
    const at = place(event.target);
    if (!at || event.target.matches("select")) return;
    const [line, column] = at, { selectionStart: start, selectionEnd: end, value } = event.target;
    const whole = start === 0 && end === value.length;
    const move = {
      ArrowUp: [line - 1, column], ArrowDown: [line + 1, column], Enter: [line + 1, column],
      ArrowLeft: (whole || end === 0) && [line, column - 1],
      ArrowRight: (whole || start === value.length) && [line, column + 1],
    }[event.key];
    if (!move) return;
    if (event.key === "Enter" || focus(...move)) event.preventDefault();
    if (event.key === "Enter") focus(...move);
  });

  form.addEventListener("paste", (event) => {
    const at = place(event.target), text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    const sign = text.includes("\t") ? "\t" : ";";
    if (!at || !(text.includes("\n") || text.includes(sign))) return;
    event.preventDefault();
    const block = text.split("\n").map((line) => line.split(sign).map((cell) => cell.replace(/^"(.*)"$/, "$1").trim()));
    block.forEach((values, down) => {
      if (!body.rows[at[0] + down] && body.rows.length < 60) addRow();
      const row = body.rows[at[0] + down];
      if (row) values.forEach((value, right) => {
        const field = cells(row)[at[1] + right];
        if (field) field.value = field.matches("select") ? (/^(oui|o|x|1)$/i.test(value) ? "oui" : "") : value;
      });
    });
    saved.textContent = `${block.length} ligne${block.length > 1 ? "s" : ""} collée${block.length > 1 ? "s" : ""}.`;
    form.dispatchEvent(new Event("input"));
  });

  form.querySelector("[data-add]").addEventListener("click", (event) => {
    if (body.rows.length >= 60) return;
    event.preventDefault();
    addRow();
    focus(body.rows.length - 1, 0);
  });

  let timer = 0, sending = false, conflict = false;
  const save = async () => {
    const data = new FormData(form);
    data.set("faire", "auto");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403) return void (saved.textContent = EXPIRED);
      const found = await answer.json();
      conflict = answer.status === 409;
      if (found.revision) form.elements.revision.value = found.revision;
      saved.textContent = answer.ok ? "Saisie enregistrée." : `${found.message} Rechargez la page pour la voir.`;
    } catch {
      saved.textContent = "Saisie pas encore enregistrée : la connexion est coupée. Nouvel essai dans un instant.";
      timer = setTimeout(save, 5 * PAUSE);
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (!sending && !conflict) timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => { sending = true; clearTimeout(timer); });
  for (const hint of form.querySelectorAll("[data-only-script]")) hint.hidden = false;
  document.querySelector("[data-problems]")?.focus();
}
