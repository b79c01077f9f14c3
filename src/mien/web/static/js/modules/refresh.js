// Looks again and again how far something is, as long as it moves. The page can be loaded again instead.

import { start } from "../main.js";

const EVERY_MS = 1000;
const LATER_MS = 10000;

/** @param {HTMLElement} target - data-url: of the page whose part fills it; moves while [data-moving] is in it */
export default function refresh(target) {
  let timer = 0;

  /** What one has opened stays open. */
  function put(html) {
    const known = new Map(Array.from(target.querySelectorAll("details"), (each) => [each.id, each.open]));
    const focused = document.activeElement?.textContent;
    target.innerHTML = html;
    for (const each of target.querySelectorAll("details")) {
      if (known.has(each.id)) each.open = known.get(each.id);
    }
    if (document.activeElement === document.body && focused) {
      const again = Array.from(target.querySelectorAll("button, a, summary")).find((each) => each.textContent === focused);
      again?.focus({ preventScroll: true });
    }
    start(target);
  }

  async function look() {
    if (!target.querySelector("[data-moving]")) return;
    let wait = EVERY_MS;
    if (!document.hidden) {
      try {
        const response = await fetch(target.dataset.url, { headers: { "X-Partial": "1" } });
        if (response.redirected || response.headers.get("X-Partial") !== "1") {
          location.reload();
          return;
        }
        put(await response.text());
      } catch {
        wait = LATER_MS;
      }
    }
    timer = setTimeout(look, wait);
  }

  window.addEventListener("pagehide", () => clearTimeout(timer));
  timer = setTimeout(look, EVERY_MS);
}
