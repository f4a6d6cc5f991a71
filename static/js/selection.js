// A `data-selection` form counts the boxes it names, ticks them all, and keeps « la sélection » for when there is one.
for (const form of document.querySelectorAll("form[data-selection]")) {
  const boxes = [...form.elements].filter((box) => box.name === form.dataset.selection);
  const said = form.querySelector("[data-selection-count]");
  const every = form.querySelector("[data-selection-all]");
  const chosen = form.querySelector("[value=selection]");
  const nothing = said.textContent;
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    said.textContent = count ? `${count} document${count > 1 ? "s" : ""} coché${count > 1 ? "s" : ""}` : nothing;
    every.textContent = count === boxes.length ? "Tout décocher" : "Tout cocher";
    chosen.disabled = count === 0;
  };
  for (const box of boxes) box.addEventListener("change", show);
  every.addEventListener("click", () => {
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    show();
  });
  every.hidden = false;
  show();
}
