// How many pictures are answered, and how late the answers are.

const LASTING_SECONDS = 2;

export class Figures {
  #rate;
  #delay;
  #answers = [];

  /**
   * @param {HTMLElement} rate - shows how many pictures a second are answered
   * @param {HTMLElement} delay - shows the milliseconds from the camera to the answer, as a rule
   */
  constructor(rate, delay) {
    this.#rate = rate;
    this.#delay = delay;
  }

  /** Counts an answer; the picture was taken at this time, in milliseconds. */
  count(takenAt) {
    const now = performance.now();
    this.#answers.push({ at: now, delay: now - takenAt });
    this.#answers = this.#answers.filter((each) => now - each.at < LASTING_SECONDS * 1000);
    const seconds = (now - this.#answers[0].at) / 1000;
    const delays = this.#answers.map((each) => each.delay).sort((one, other) => one - other);
    this.#rate.textContent = seconds > 0 ? ((this.#answers.length - 1) / seconds).toFixed(1) : "0";
    this.#delay.textContent = Math.round(delays[Math.floor(delays.length / 2)]);
  }
}
