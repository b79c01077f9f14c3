// A message that can be put away.

/** @param {HTMLElement} message - holds [data-dismiss] */
export default function dismiss(message) {
  const button = message.querySelector("[data-dismiss]");
  button.hidden = false;
  button.addEventListener("click", () => message.remove());
}
