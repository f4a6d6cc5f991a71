// The photos of a page (`a[data-photo]`) open in its `dialog[data-viewer]`: arrows, swipe, zoom by buttons, keys, wheel
// and two fingers, Escape. Without this script, or without a dialog, each link opens its photo.
const LARGEST = 6;
const dialog = document.querySelector("dialog[data-viewer]");
const links = [...document.querySelectorAll("a[data-photo]")];
const part = (name) => dialog.querySelector(`[data-viewer-${name}]`);
const image = dialog && part("image");
const fingers = new Map();
let current = 0;
let opener = null;
let scale = 1;
let shift = { x: 0, y: 0 };
let gesture = null;

function draw() {
  const limit = { x: (image.clientWidth * (scale - 1)) / 2, y: (image.clientHeight * (scale - 1)) / 2 };
  for (const axis of ["x", "y"]) shift[axis] = Math.max(-limit[axis], Math.min(limit[axis], shift[axis]));
  image.style.transform = `translate(${shift.x}px, ${shift.y}px) scale(${scale})`;
  dialog.toggleAttribute("data-zoomed", scale > 1);
  dialog.querySelector("[data-viewer-do=shrink]").disabled = scale <= 1;
  dialog.querySelector("[data-viewer-do=grow]").disabled = scale >= LARGEST;
}

function zoom(wanted) {
  scale = Math.max(1, Math.min(LARGEST, wanted));
  draw();
}

function show(index) {
  current = (index + links.length) % links.length;
  const { href, dataset } = links[current];
  part("failed").hidden = true;
  image.hidden = false;
  image.src = href;
  image.alt = dataset.photo;
  part("count").textContent = `${current + 1}/${links.length}`;
  part("name").textContent = dataset.photo;
  part("download").href = href;
  for (const name of ["previous", "next"]) dialog.querySelector(`[data-viewer-do=${name}]`).hidden = links.length < 2;
  shift = { x: 0, y: 0 };
  zoom(1);
  if (links.length > 1) new Image().src = links[(current + 1) % links.length].href;
}

const acts = {
  previous: () => show(current - 1),
  next: () => show(current + 1),
  grow: () => zoom(scale * 1.5),
  shrink: () => zoom(scale / 1.5),
  whole: () => zoom(1),
  close: () => dialog.close(),
};
const keys = {
  ArrowLeft: "previous", ArrowRight: "next", "+": "grow", "=": "grow", "-": "shrink", 0: "whole",
};

function pan(event) {
  const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
  if (scale === 1 || !step) return false;
  shift = { x: shift.x + step[0], y: shift.y + step[1] };
  draw();
  return true;
}

function spread() {
  const [a, b] = [...fingers.values()];
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function press(event) {
  part("stage").setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  gesture = { x: event.clientX, y: event.clientY, shift: { ...shift }, scale, spread: fingers.size > 1 ? spread() : 0 };
}

function move(event) {
  if (!fingers.has(event.pointerId) || !gesture) return;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (gesture.spread) return zoom((gesture.scale * spread()) / gesture.spread);
  if (scale > 1) {
    shift = { x: gesture.shift.x + event.clientX - gesture.x, y: gesture.shift.y + event.clientY - gesture.y };
    draw();
  }
}

function release(event) {
  if (!fingers.delete(event.pointerId) || !gesture) return;
  const across = event.clientX - gesture.x;
  const swiped = !gesture.spread && scale === 1 && Math.abs(across) > 50 && Math.abs(across) > Math.abs(event.clientY - gesture.y);
  if (fingers.size === 0 && swiped && event.type === "pointerup") show(current + (across < 0 ? 1 : -1));
  gesture = null;
}

function listen() {
  for (const [index, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      opener = link;
      show(index);
      dialog.showModal();
    });
  }
  dialog.addEventListener("click", ({ target }) => acts[target.closest("[data-viewer-do]")?.dataset.viewerDo]?.());
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!pan(event) && !keys[event.key]) return;
    if (scale === 1 || !event.key.startsWith("Arrow")) acts[keys[event.key]]?.();
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    opener?.focus();
  });
  image.addEventListener("error", () => {
    if (!image.hasAttribute("src")) return;
    image.hidden = true;
    part("failed").hidden = false;
  });
  const stage = part("stage");
  stage.addEventListener("pointerdown", press);
  stage.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, release);
  stage.addEventListener("dblclick", () => zoom(scale > 1 ? 1 : 2.5));
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15));
  }, { passive: false });
}

if (dialog?.showModal && links.length) listen();
