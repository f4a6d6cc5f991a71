// A `data-live` form shows what is found while one types: the part of the page it names is fetched and put in its place.
const PAUSE = 300;

for (const form of document.querySelectorAll("form[data-live]")) {
  const part = () => document.getElementById(form.dataset.live);
  const field = form.querySelector("input[type=search]");
  const said = document.createElement("p");
  said.className = "vh";
  said.setAttribute("role", "status");
  form.append(said);
  let timer, asked;

  async function show() {
    asked?.abort();
    asked = new AbortController();
    const typed = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.action.split("?")[0]}?${new URLSearchParams(typed)}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asked.signal });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(form.dataset.live);
      if (!answer.ok || answer.redirected || !found) return;
      part().replaceWith(found);
      history.replaceState(null, "", address);
      said.textContent = found.dataset.liveSaid ?? "";
    } catch {
      // Another letter was typed, or the line is cut: the button remains.
    }
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  form.addEventListener("submit", () => (clearTimeout(timer), asked?.abort()));
}
