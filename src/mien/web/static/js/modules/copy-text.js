// Copies a text; the button is there only where the browser can do it.

/** @param {HTMLElement} block - holds .copy__text, [data-copy] and a status line */
export default function copyText(block) {
  if (!navigator.clipboard) return;
  const button = block.querySelector("[data-copy]");
  const words = button.querySelector("span");
  const before = words.textContent;

  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector(".copy__text").textContent);
    words.textContent = "Copied";
    block.querySelector('[role="status"]').textContent = "Copied";
    setTimeout(() => { words.textContent = before; }, 2000);
  });
}
