// How many pictures are sent.

// More are not seen, and others use the server too.
const MOST_A_SECOND = 15;
const SLOWEST_SECONDS = 2;

/** How fast pictures are sent: slower after a refusal, and gradually fast again. */
export class Pace {
  #least = 1 / MOST_A_SECOND;
  seconds = this.#least;

  answered() {
    this.seconds = Math.max(this.seconds * 0.9, this.#least);
  }

  refused() {
    this.seconds = Math.min(Math.max(this.seconds * 2, 0.2), SLOWEST_SECONDS);
  }

  get isSlowed() {
    return this.seconds > 2 * this.#least;
  }
}
