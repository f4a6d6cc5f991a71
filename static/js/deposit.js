// A `data-deposit` form sends files as they are chosen, three at a time, and shows what the portal says of each.
import { drop, keep, kept } from "./kept.js";
import { shrink } from "./shrink.js";
import { EXPIRED, Expired, Refused, transfer } from "./transfer.js";

const AT_ONCE = 3;

function deposit(form) {
  const announce = form.dataset.deposit;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const [list, transfers, said, area] = ["list", "transfers", "said", "drop"].map((name) => form.querySelector(`[data-${name}]`));
  const send = form.querySelector("[data-send]");
  const label = send.textContent;
  const original = form.querySelector("[data-original]");
  const waiting = [];
  let running = 0;
  let timer;
  let ranks = list.querySelectorAll("li").length;

  for (const part of form.querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of form.querySelectorAll("[data-without-script]")) part.hidden = true;

  const busy = () => running + waiting.length > 0 || list.querySelector("[data-checking=oui]") !== null;
  const settle = () => {
    send.disabled = busy();
    send.textContent = busy() ? "Un instant, les fichiers arrivent…" : label;
  };

  async function refresh() {
    clearTimeout(timer);
    try {
      const found = await fetch(announce, { headers: { Accept: "text/html" } });
      if (found.redirected) said.textContent = EXPIRED; // to the page one signs in on
      else if (found.ok) show(await found.text());
    } catch {
      timer = setTimeout(refresh, 3000);
    }
    if (list.querySelector("[data-checking=oui]")) timer = setTimeout(refresh, 1200);
    settle();
  }

  function show(html) {
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    list.innerHTML = html;
    for (const row of list.querySelectorAll("li.receiving")) {
      if (running + waiting.length > 0) row.hidden = true; // on its way just above
    }
    if (focused) list.querySelector(`[value="${focused}"]`)?.focus();
  }

  function line(name) {
    const row = document.createElement("li");
    row.innerHTML = '<span class="blank" aria-hidden="true"></span><div class="what"><p><b></b></p><progress max="100" value="0"></progress><p class="muted" data-state>En attente</p></div><div class="moves"></div>';
    row.querySelector("b").textContent = name;
    row.querySelector(".blank").textContent = name.includes(".") ? name.split(".").pop().slice(0, 4).toUpperCase() : "";
    row.querySelector("progress").setAttribute("aria-label", name);
    transfers.append(row);
    return row;
  }

  async function one({ file, key, rank, row, place }) {
    const state = row.querySelector("[data-state]");
    const bar = row.querySelector("progress");
    try {
      await transfer({
        file, key, rank, announce, token,
        onProgress: (done, all) => {
          bar.value = all ? (100 * done) / all : 100;
          state.textContent = `${Math.round(bar.value)} %`;
        },
        onBroken: () => (state.textContent = "Connexion interrompue : le transfert reprendra tout seul."),
      });
      row.remove();
      await drop(place);
    } catch (problem) {
      bar.remove();
      state.className = "wrong";
      state.textContent = problem instanceof Expired ? EXPIRED : problem instanceof Refused ? problem.message : "Ce fichier n’a pas pu être lu : choisissez-le de nouveau.";
      said.textContent = `${file.name} : ${state.textContent}`;
      if (!(problem instanceof Expired)) await drop(place);
    }
  }

  async function next() {
    if (running >= AT_ONCE) return;
    const item = waiting.shift();
    if (!item) return;
    running += 1;
    settle();
    if (!item.ready) {
      item.file = item.original ? item.file : await shrink(item.file);
      item.key = [item.file.name, item.file.size, item.file.lastModified].join("|");
      item.place = `${announce} ${item.key}`;
      await keep(item.place, { announce, file: item.file, place: item.place, key: item.key, rank: item.rank });
    }
    await one(item);
    running -= 1;
    if (running + waiting.length === 0) said.textContent = "Transferts terminés.";
    if (running + waiting.length === 0 || !timer) await refresh();
    next();
  }

  function add(files) {
    for (const file of files) waiting.push({ file, rank: (ranks += 1), original: original.checked, row: line(file.name) });
    for (let n = 0; n < AT_ONCE; n += 1) next();
    settle();
  }

  for (const input of form.querySelectorAll("[data-files]")) {
    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = "";
    });
  }
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name === "drop") add([...event.dataTransfer.files]);
    });
  }
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=acte]");
    if (!button) return;
    event.preventDefault();
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("acte", button.value);
    await fetch(form.action || location.href, { method: "POST", body, redirect: "manual" });
    await refresh();
  });
  addEventListener("beforeunload", (event) => {
    if (running + waiting.length > 0) event.preventDefault();
  });

  kept().then((items) => {
    for (const item of items.filter((item) => item.announce === announce)) waiting.push({ ...item, ready: true, row: line(item.file.name) });
    if (waiting.length) for (let n = 0; n < AT_ONCE; n += 1) next();
    else refresh();
  });
}

for (const form of document.querySelectorAll("form[data-deposit]")) deposit(form);
