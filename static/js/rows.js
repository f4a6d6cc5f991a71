// What a cell cuts for want of width is told in full where the pointer rests.
document.addEventListener("pointerover", (event) => {
  const row = event.target.closest?.(".rows tbody tr");
  for (const cell of row?.cells ?? []) if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
});

// In a table whose rows are links (`.link`), the arrows go from row to row, Home and End to the first and the last.
document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.("tbody .link");
  if (!here || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const rows = [...here.closest("tbody").querySelectorAll(".link")];
  const at = rows.indexOf(here);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || !rows[to]) return;
  event.preventDefault();
  rows[to].focus();
});
