// What a cell cuts for want of width is told in full where the pointer rests.
document.addEventListener("pointerover", (event) => {
  const row = event.target.closest?.(".rows tbody tr");
  for (const cell of row?.cells ?? []) if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
});

// Drawn as cards on a phone, a table stays one for those who listen to it.
const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
function keepRoles() {
  for (const table of document.querySelectorAll("main table")) {
    for (const part of [table, ...table.querySelectorAll("*")]) {
      const role = ROLES[part.localName];
      if (role) part.setAttribute("role", role);
    }
  }
}
const cards = matchMedia("(max-width: 1239px)");
if (cards.matches) keepRoles();
cards.addEventListener("change", keepRoles);
// A search puts other rows in place.
new MutationObserver(() => cards.matches && keepRoles()).observe(document.querySelector("main"), { childList: true });

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
