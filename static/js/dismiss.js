// A `data-dismiss` note that was closed stays closed in this browser.
for (const note of document.querySelectorAll("details[data-dismiss]")) {
  const key = `note-${note.dataset.dismiss}`;
  try {
    if (localStorage.getItem(key)) note.open = false;
    note.addEventListener("toggle", () => (note.open ? localStorage.removeItem(key) : localStorage.setItem(key, "1")));
  } catch {
    // A browser that stores nothing shows it each time.
  }
}
