// On a narrow screen the current tab of a row that scrolls is brought into sight.
for (const tab of document.querySelectorAll("[data-reveal] [aria-current]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}
