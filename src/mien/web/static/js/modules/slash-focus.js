// The key "/" leads to the field that one searches with, unless somebody is typing elsewhere; Escape
// empties it, and leaves it when it is empty.

import { isCommand, keysAreOn } from "./typing.js";

/** @param {HTMLInputElement} field - data-hint: id of the element that names the key */
export default function slashFocus(field) {
  if (keysAreOn()) {
    field.setAttribute("aria-keyshortcuts", "/");
    document.getElementById(field.dataset.hint).hidden = false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || !isCommand(event)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (!field.value) {
      field.blur();
      return;
    }
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
