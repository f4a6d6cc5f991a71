// The button of a `data-fullscreen` form widens the page at once and tells the server; Escape takes it back.
for (const form of document.querySelectorAll("form[data-fullscreen]")) {
  const button = form.querySelector("button");
  const turn = (on) => {
    const told = new FormData(form);
    told.set(button.name, on ? "oui" : "non");
    document.body.classList.toggle("full", on);
    button.setAttribute("aria-pressed", on);
    button.value = on ? "non" : "oui";
    fetch(form.action, { method: "POST", body: told, redirect: "manual" });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn(button.value === "oui");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("details[data-menu][open]")) return;
    if (document.body.classList.contains("full")) turn(false);
  });
}
