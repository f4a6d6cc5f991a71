// On a narrow screen the current tab of a row that scrolls is brought into sight; the page itself stays where it is.
for (const tab of document.querySelectorAll("[data-reveal] [aria-current]")) {
  const row = tab.closest("[data-reveal]");
  const [one, all] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
}
