// The views of a `data-shots` list: a photo leaves as soon as it is taken, one after the other, and waits out a broken line.
import { drop, keep, kept } from "./kept.js";
import { shrink } from "./shrink.js";
import { EXPIRED, Expired, Refused, transfer } from "./transfer.js";

function shooting(list) {
  const said = document.querySelector("[data-said]");
  const token = () => list.querySelector("[name=csrfmiddlewaretoken]").value;
  const under = new Map(); // view → { done, text } of what is on its way
  const waiting = [];
  let busy = false;
  let timer;

  const row = (view) => list.querySelector(`[data-shot="${view}"]`);

  function dress() {
    for (const form of list.querySelectorAll("form[data-take]")) {
      form.classList.add("scripted");
      form.querySelector("[data-without-script]").hidden = true;
    }
    for (const [view, state] of under) paint(view, state);
  }

  function paint(view, { done, text }) {
    const place = row(view);
    if (!place) return;
    const line = place.querySelector("[data-state]");
    const bar = place.querySelector("[data-bar]");
    line.hidden = false;
    line.textContent = text;
    bar.hidden = done === null;
    bar.value = done ?? 0;
  }

  function tell(view, done, text) {
    under.set(view, { done, text });
    paint(view, { done, text });
  }

  async function refresh() {
    clearTimeout(timer);
    try {
      const found = await fetch(list.dataset.shots, { headers: { Accept: "text/html" } });
      if (found.ok && !found.redirected) {
        const focused = list.contains(document.activeElement) && document.activeElement.closest("[data-shot]")?.dataset.shot;
        list.innerHTML = await found.text();
        dress();
        if (focused) row(focused)?.querySelector("input[type=file]")?.focus();
      }
    } catch {
      timer = setTimeout(refresh, 3000);
      return;
    }
    if (list.querySelector("[data-checking=oui]")) timer = setTimeout(refresh, 1200);
  }

  async function one(item) {
    const { view, announce, file, key, place } = item;
    try {
      await transfer({
        file, key, rank: 1, announce, token: token(),
        onProgress: (done, all) => tell(view, all ? (100 * done) / all : 100, `Envoi : ${Math.round(all ? (100 * done) / all : 100)} %`),
        onBroken: () => tell(view, under.get(view)?.done ?? 0, "Connexion interrompue : l’envoi reprendra tout seul."),
      });
      under.delete(view);
      said.textContent = "Photo transmise.";
    } catch (problem) {
      if (problem instanceof Expired) {
        tell(view, null, EXPIRED);
        said.textContent = under.get(view).text;
        return;
      }
      tell(view, null, problem instanceof Refused ? problem.message : "Cette photo n’a pas pu être lue : reprenez-la.");
      said.textContent = under.get(view).text;
    }
    await drop(place);
  }

  async function next() {
    if (busy) return;
    const item = waiting.shift();
    if (!item) return;
    busy = true;
    await one(item);
    busy = false;
    await refresh();
    next();
  }

  async function take(form, chosen) {
    const view = form.closest("[data-shot]").dataset.shot;
    const announce = new URL(form.dataset.take, location.href).pathname;
    tell(view, 0, "En attente");
    const file = await shrink(chosen);
    const key = [announce, file.size, chosen.lastModified, chosen.name].join("|");
    const place = `${announce} ${key}`;
    const item = { view, announce, file, key, place, shots: list.dataset.shots };
    await keep(place, item);
    waiting.push(item);
    next();
  }

  list.addEventListener("change", (event) => {
    const input = event.target.closest("input[type=file]");
    if (!input?.files.length) return;
    take(input.form, input.files[0]);
    input.value = "";
  });
  addEventListener("beforeunload", (event) => {
    if (busy || waiting.length > 0) event.preventDefault();
  });

  dress();
  kept().then((items) => {
    for (const item of items.filter((found) => found.shots === list.dataset.shots)) {
      tell(item.view, 0, "En attente");
      waiting.push(item);
    }
    if (waiting.length) next();
    else if (list.querySelector("[data-checking=oui]")) refresh();
  });
}

for (const list of document.querySelectorAll("[data-shots]")) shooting(list);
