// Boxes on what a page lists: a range with Shift, keys, and a bar that appears with the first one.
// Without it the boxes and the buttons are there as they are.

import { move } from "./keys.js";
import { isCommand } from "./typing.js";

/** @param {HTMLFormElement} form - the bar; the boxes belong to it; data-words: what it says of {count} */
export default function selection(form) {
  const said = form.querySelector('[role="status"]');
  const all = form.querySelector("[data-all]");
  const clear = form.querySelector("[data-clear]");
  const boxes = () => Array.from(form.elements).filter((each) => each.type === "checkbox");
  let last = null;

  function update() {
    const count = boxes().filter((box) => box.checked).length;
    form.hidden = !count;
    all.hidden = count === boxes().length;
    said.textContent = form.dataset.words.replace("{count}", count);
  }

  function tick(chosen, checked) {
    for (const box of chosen) box.checked = checked;
    update();
  }

  /** The box of what has the focus. */
  const current = () => boxes().find((box) => box.closest("[data-item]").contains(document.activeElement));

  function key(event) {
    // The list was drawn anew.
    if (!form.isConnected) return document.removeEventListener("keydown", key);
    const box = isCommand(event) && current();
    if (!box) return;
    if (event.key === "x") tick([box], !box.checked);
    else if (event.key === "J" || event.key === "K") {
      tick([box], true);
      move(event.key === "J" ? 1 : -1);
      tick([current() ?? box], true);
    } else return;
    last = current() ?? box;
    event.preventDefault();
  }

  for (const box of boxes()) {
    box.addEventListener("click", (event) => {
      const every = boxes();
      const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((one, other) => one - other);
      if (event.shiftKey && from >= 0) tick(every.slice(from, to + 1), box.checked);
      last = box;
      update();
    });
  }
  all.addEventListener("click", () => tick(boxes(), true));
  clear.addEventListener("click", () => {
    const back = boxes().find((box) => box.checked);
    tick(boxes(), false);
    // The button is gone now; the focus does not go with it.
    back?.focus();
  });
  document.addEventListener("keydown", key);
  form.classList.add("is-live");
  clear.hidden = false;
  update();
}
