// Ticks the rules of a `data-passwordrules` list while one types; the server checks them all again.
const kept = {
  length: (password, list) => password.length >= Number(list.dataset.length),
  letters: (password) => /\D/.test(password),
  personal: (password, list) => {
    const typed = password.toLowerCase();
    const others = [...list.closest("form").querySelectorAll("[type=email], [autocomplete=organization]")];
    if (others.length === 0) return false;
    const words = others.flatMap((field) => field.value.toLowerCase().split(/\W+/)).filter((word) => word.length > 3);
    return typed !== "" && !words.some((word) => typed.includes(word));
  },
};
for (const list of document.querySelectorAll("[data-passwordrules]")) {
  const password = document.getElementById(list.dataset.passwordrules);
  list.closest("form").addEventListener("input", () => {
    for (const rule of list.querySelectorAll("[data-rule]")) {
      rule.classList.toggle("kept", kept[rule.dataset.rule](password.value, list));
    }
  });
}
