// A `data-progress` part asks its address how far the work is, and shows the page anew when it is over.
const part = document.querySelector("[data-progress]");
const bar = part.querySelector("progress");
const text = part.querySelector("[data-progress-text]");
let pause = 500;

async function ask() {
  try {
    const answer = await fetch(part.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const { percent, over } = await answer.json();
    if (over) return location.reload();
    bar.value = percent;
    text.textContent = `${percent} %`;
  } catch {
    // The line is cut: ask again, more and more rarely.
  }
  pause = Math.min(pause * 1.5, 5000);
  setTimeout(ask, pause);
}
setTimeout(ask, pause);
