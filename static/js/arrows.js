// A link with `data-arrow` is followed by that key, except while typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  document.querySelector(`a[data-arrow="${CSS.escape(event.key)}"]`)?.click();
});
