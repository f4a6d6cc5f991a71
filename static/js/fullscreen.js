// A `data-fullscreen` button shows the element it names on the whole screen, or as wide as the window where it cannot.
for (const button of document.querySelectorAll("button[data-fullscreen]")) {
  const target = document.getElementById(button.dataset.fullscreen);
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (document.fullscreenElement) return document.exitFullscreen();
    try {
      await target.requestFullscreen();
    } catch {
      button.setAttribute("aria-pressed", document.body.classList.toggle("full"));
    }
  });
}
