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
