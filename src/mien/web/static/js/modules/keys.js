// Keys of every page: j and k move over what is listed, "?" shows all keys. Enter opens what has the
// focus, as it does everywhere. A place of the navigation may have a key of its own.

import { isCommand, keysAreOn, turnKeys } from "./typing.js";

const ITEMS = "[data-item]";
const MAIN = "a[href], summary, button, input";

/** What takes the focus for an item: itself where it is a link or says so, else what opens it. */
function target(item) {
  if (item.matches(MAIN) || item.dataset.item === "self") return item;
  return item.querySelector("summary, a[href]") ?? item;
}

/** Leads the focus on over what is listed; whether there is anything. */
export function move(step) {
  const items = Array.from(document.querySelectorAll(ITEMS)).filter((item) => item.checkVisibility());
  if (!items.length) return false;
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + step, 0), items.length - 1);
  const found = target(items[next]);
  // A card is no field of the tab order, but may be led to.
  if (!found.matches(MAIN) && !found.hasAttribute("tabindex")) found.tabIndex = -1;
  found.focus({ focusVisible: true });
  items[next].scrollIntoView({ block: "nearest" });
  return true;
}

/** @param {HTMLDialogElement} dialog - lists the keys; opened by [data-keys] too */
export default function keys(dialog) {
  const button = document.querySelector("[data-keys]");
  const on = dialog.querySelector('input[type="checkbox"]');
  const show = () => {
    on.checked = keysAreOn();
    dialog.showModal();
  };

  button.hidden = false;
  button.addEventListener("click", show);
  on.addEventListener("change", () => turnKeys(on.checked));
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  document.addEventListener("keydown", (event) => {
    if (!isCommand(event)) return;
    const place = document.querySelector(`.place[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "?") show();
    else if (place) place.click();
    else if (event.key === "Escape") document.activeElement.closest(ITEMS) && document.activeElement.blur();
    else if (event.key !== "j" && event.key !== "k") return;
    else if (!move(event.key === "j" ? 1 : -1)) return;
    event.preventDefault();
  });
}
