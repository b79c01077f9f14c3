// What is seen of the camera: its picture, in a mirror or not, and what is drawn over it.

export class View {
  #part;
  #drawing;
  #faces;
  isMirrored = false;
  isPaused = false;
  /** Of the pictures that were sent, width and height. */
  size = [1, 1];

  /**
   * @param {(name: string) => HTMLElement} part - of the page
   * @param {object} drawing
   * @param {object} faces - that are followed
   */
  constructor(part, drawing, faces) {
    this.#part = part;
    this.#drawing = drawing;
    this.#faces = faces;
    this.#draw();
  }

  /** Shows the picture and what belongs to it, or the button that starts the camera. */
  open(to) {
    this.#drawing.clear();
    this.#part("cover").hidden = to;
    this.#part("stage").hidden = this.#part("ways").hidden = !to;
    if (to) this.#part("log").hidden = false;
  }

  pause(to) {
    const video = this.#part("picture");
    this.isPaused = to;
    this.#part("pause").setAttribute("aria-pressed", String(to));
    this.#part("paused").hidden = !to;
    if (to) video.pause();
    else video.play().catch(() => {});
  }

  mirror(to) {
    this.isMirrored = to;
    this.#part("mirror").setAttribute("aria-pressed", String(to));
    this.#part("picture").classList.toggle("is-mirrored", to);
  }

  #draw() {
    const isShown = !this.isPaused && !this.#part("stage").hidden;
    if (isShown) this.#drawing.draw(this.#faces.tracks, this.size, this.isMirrored, performance.now() / 1000);
    requestAnimationFrame(() => this.#draw());
  }
}
