// A choice made by hand in a list of a `data-autosubmit` form sends it at once; by keyboard, where the arrows pass over
// every choice, the form's button does. What is empty stays out of the address.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  let byKeys = false;
  form.addEventListener("keydown", () => (byKeys = true));
  form.addEventListener("pointerdown", () => (byKeys = false));
  form.addEventListener("change", (event) => {
    if (event.target.matches("select") && !byKeys) form.requestSubmit();
  });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
