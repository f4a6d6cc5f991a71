// What `data-unsent` gives back is put into the form it was typed in, where the page still has that form.
const part = document.querySelector("[data-unsent]");
let filled = 0;

function fill(field, value) {
  if (field.matches("[type=hidden], [type=password], [type=file], [type=submit]")) return false;
  if (field.matches("[type=radio], [type=checkbox]")) {
    if (field.value !== value) return false;
    field.checked = true;
  } else {
    field.value = value;
    if (field.value !== value) return false;
  }
  field.closest("details")?.setAttribute("open", "");
  return true;
}

for (const held of part.querySelectorAll("[data-name]")) {
  const fields = [...document.getElementsByName(held.dataset.name)].filter((field) => field.closest("main form"));
  if (!fields.map((field) => fill(field, held.value)).some(Boolean)) continue;
  filled += 1;
  held.hidden = true;
}
if (filled) {
  part.querySelector("[data-unsent-said]").textContent =
    "Votre session était terminée. Nous l’avons remis dans le formulaire : vérifiez, rechoisissez vos fichiers s’il y en avait, puis envoyez.";
}
