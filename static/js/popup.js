// A `data-popup` box says itself to screen readers and leaves after its milliseconds, unless one hovers or focuses it.
for (const box of document.querySelectorAll("[data-popup]")) {
  const told = document.createElement("p");
  told.className = "vh";
  told.setAttribute("role", "status");
  box.before(told);
  setTimeout(() => {
    told.textContent = [...box.querySelectorAll("h2, li")].map((line) => line.textContent.trim()).join(". ");
  }, 300);
  let waiting;
  const close = () => {
    if (box.contains(document.activeElement)) document.getElementById("contenu")?.focus();
    box.remove();
  };
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(close, Number(box.dataset.popup));
  };
  const stay = () => clearTimeout(waiting);
  box.addEventListener("pointerenter", stay);
  box.addEventListener("pointerleave", wait);
  box.addEventListener("focusin", stay);
  box.addEventListener("focusout", wait);
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  const button = box.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", close);
  wait();
}
