// Shows what is wrong with fields beside them, as the server does when it draws the form again.

/**
 * @param {HTMLFormElement} form
 * @param {Object<string, string>} errors - a sentence by the name of its field
 * @param {string} shown - HTML of who has the name that was typed, to stand behind its field; may be empty
 */
export default function showErrors(form, errors, shown = "") {
  // Ticked while the answer was on its way.
  const another = form.elements.another?.checked ?? false;
  form.querySelector(".namesakes")?.remove();
  form.elements.name?.closest(".field").insertAdjacentHTML("afterend", shown);
  if (form.elements.another) form.elements.another.checked = another;
  const fields = Object.keys(errors).map((name) => form.elements[name]).filter((field) => field instanceof HTMLElement);
  for (const field of fields) {
    const id = `${field.id}-error`;
    document.getElementById(id)?.remove();
    const note = document.createElement("p");
    note.className = "field__error";
    note.id = id;
    note.textContent = errors[field.name];
    field.before(note);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    field.addEventListener("input", () => {
      note.remove();
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }, { once: true });
  }
  fields[0]?.focus();
}
