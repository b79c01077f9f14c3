// Takes the focus when the page has loaded: what went wrong is read first.

/** @param {HTMLElement} element */
export default function focus(element) {
  element.focus();
}
