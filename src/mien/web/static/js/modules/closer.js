// Looks at a photo more closely: twice and four times as large, in a window that scrolls.

const STEPS = [1, 2, 4];

/** @param {HTMLElement} root - has the window .closer__window and the buttons [data-closer] and [data-farther] */
export default function closer(root) {
  const view = root.querySelector(".closer__window");
  const photo = view.querySelector(".photo");
  const ways = root.querySelector(".closer__ways");
  const nearer = ways.querySelector("[data-closer]");
  const farther = ways.querySelector("[data-farther]");
  let step = 0;

  /** Goes to a step, and keeps the point of the photo, as shares of its size, in the middle. */
  function go(to, x, y) {
    step = Math.min(Math.max(to, 0), STEPS.length - 1);
    for (const times of STEPS) root.classList.toggle(`closer--${times}`, STEPS[step] === times);
    root.classList.toggle("is-closer", step > 0);
    photo.classList.toggle("photo--closer", step > 0);
    nearer.disabled = step === STEPS.length - 1;
    farther.disabled = step === 0;
    view.scrollLeft = x * photo.offsetWidth - view.clientWidth / 2;
    view.scrollTop = y * photo.offsetHeight - view.clientHeight / 2;
  }

  function middle() {
    return [
      (view.scrollLeft + view.clientWidth / 2) / photo.offsetWidth,
      (view.scrollTop + view.clientHeight / 2) / photo.offsetHeight,
    ];
  }

  ways.hidden = false;
  nearer.addEventListener("click", () => go(step + 1, ...middle()));
  farther.addEventListener("click", () => go(step - 1, ...middle()));
  photo.addEventListener("dblclick", (event) => {
    const shown = photo.getBoundingClientRect();
    const at = [(event.clientX - shown.left) / shown.width, (event.clientY - shown.top) / shown.height];
    go(step === STEPS.length - 1 ? 0 : step + 1, ...at);
  });
  go(0, 0, 0);
}
