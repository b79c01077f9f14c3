// Takes the focus when the page has loaded: what went wrong, or what one goes on with.

/** @param {HTMLElement} element */
export default function focus(element) {
  // On the card of a face, whatever is said at its top stays in view.
  const card = element.closest("[data-face]");
  element.focus({ preventScroll: Boolean(card) });
  card?.scrollIntoView({ block: "nearest" });
}
