// A face's card and its box on the photo light up together.

/** @param {HTMLElement} result - holds elements with data-face, two for each number */
export default function faceLink(result) {
  function light(number, on) {
    for (const part of result.querySelectorAll(`[data-face="${number}"]`)) part.classList.toggle("is-lit", on);
  }

  for (const [name, on] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]]) {
    result.addEventListener(name, (event) => {
      const part = event.target.closest("[data-face]");
      if (part) light(part.dataset.face, on);
    });
  }

  result.addEventListener("click", (event) => {
    const box = event.target.closest(".facebox");
    const part = box && result.querySelector(box.getAttribute("href"));
    if (!part) return;
    event.preventDefault();
    if (part instanceof HTMLDetailsElement) part.open = true;
    part.scrollIntoView({ block: "nearest" });
    (part.querySelector('input[type="radio"]') ?? part).focus({ preventScroll: true });
    part.querySelector('input[type="radio"]:enabled')?.click();
  });
}
