// The key "/" leads to the field that one searches with, unless somebody is typing elsewhere.

const TYPED_INTO =
  'input:not([type="checkbox"], [type="radio"], [type="file"]), textarea, select, [contenteditable], dialog';

/** @param {HTMLInputElement} field - data-hint: id of the element that names the key */
export default function slashFocus(field) {
  field.setAttribute("aria-keyshortcuts", "/");
  document.getElementById(field.dataset.hint).hidden = false;

  document.addEventListener("keydown", (event) => {
    const withOthers = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (event.key !== "/" || withOthers || event.defaultPrevented) return;
    if (event.target.closest(TYPED_INTO)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
