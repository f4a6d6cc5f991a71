// A choice in a list of `data-autosubmit` sends its form at once; the button stays for everything else.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
}
