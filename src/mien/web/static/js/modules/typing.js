// Which keys are somebody's typing, and which are commands of the page.

const TYPED_INTO =
  'input:not([type="checkbox"], [type="radio"], [type="file"]), textarea, select, [contenteditable], dialog';
const OFF = "mien-keys-off";

/** Whether single keys are commands in this browser. */
export function keysAreOn() {
  return localStorage.getItem(OFF) === null;
}

/** @param {boolean} on */
export function turnKeys(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
}

/** Whether a key is a command: alone, not taken by anything else, and not typed into a field. */
export function isCommand(event) {
  const withOthers = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return keysAreOn() && !withOthers && !event.defaultPrevented && !event.target.closest?.(TYPED_INTO);
}
