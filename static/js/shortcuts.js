// The key named by `data-shortcut` brings the cursor into the field inside, except while typing, or where it was
// switched off: a box with `data-shortcut-choice` does that, for this browser.
const KEY = "raccourcis";
const stored = (change) => {
  try {
    return change(localStorage);
  } catch {
    return null; // A browser that stores nothing keeps its shortcuts.
  }
};
const off = () => stored((store) => store.getItem(KEY)) === "non";

for (const box of document.querySelectorAll("[data-shortcut]")) {
  const field = box.querySelector("input");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key !== box.dataset.shortcut || off()) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

for (const box of document.querySelectorAll("[data-shortcut-choice]")) {
  box.checked = !off();
  box.addEventListener("change", () => stored((store) => (box.checked ? store.removeItem(KEY) : store.setItem(KEY, "non"))));
}
