// The key named by `data-shortcut` brings the cursor into the field inside, except while typing.
for (const box of document.querySelectorAll("[data-shortcut]")) {
  const field = box.querySelector("input");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key !== box.dataset.shortcut) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
