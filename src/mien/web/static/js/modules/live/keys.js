// Keys for a page as a whole.

/**
 * @param {() => boolean} isMeant - whether the keys mean something now
 * @param {Object<string, () => void>} keys - what each does, in lower case
 */
export function listenToKeys(isMeant, keys) {
  document.addEventListener("keydown", (event) => {
    const does = keys[event.key.toLowerCase()];
    if (!does || event.ctrlKey || event.metaKey || event.altKey || !isMeant()) return;
    // What is typed is text, and a space presses the button that has the focus.
    const taken = event.key === " " ? "input, select, textarea, button, a, summary" : "input, select, textarea";
    if (event.target.closest?.(taken)) return;
    event.preventDefault();
    does();
  });
}
