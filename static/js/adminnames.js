// Names what Django's admin leaves nameless to screen readers: the two fields of a moment, and the boxes of select2.
function name() {
  for (const part of document.querySelectorAll("p.datetime input")) {
    const label = document.querySelector(`label[for^="${CSS.escape(part.id.replace(/_\d$/, ""))}"]`);
    const which = part.classList.contains("vTimeField") ? "heure" : "date";
    if (!part.labels.length) part.setAttribute("aria-label", `${label?.textContent.trim() ?? ""} ${which}`);
  }
  for (const list of document.querySelectorAll("select.admin-autocomplete")) {
    const box = list.nextElementSibling?.querySelector(".select2-selection");
    const label = list.labels[0];
    if (!box || !label) continue;
    label.id ||= `${list.id}-label`;
    const value = box.querySelector(".select2-selection__rendered");
    value?.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", `${label.id} ${value?.id ?? ""}`.trim());
  }
}
// select2 draws its boxes when it pleases, sometimes after the page has loaded.
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
name();
