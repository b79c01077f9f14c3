// Tells when a video has a new picture.

/** The pictures that a video shows, of which the newest counts; none while the page is hidden. */
export class Pictures {
  #video;
  #newest = null;
  #waiting = null;

  constructor(video) {
    this.#video = video;
    this.#watch();
  }

  /** When the newest picture was taken, in milliseconds; waits where none has come since the last. */
  next() {
    return new Promise((done) => {
      this.#waiting = done;
      if (this.#newest !== null) this.#give();
    });
  }

  #watch() {
    const shown = (_, about) => {
      this.#newest = about?.captureTime ?? performance.now();
      if (this.#waiting) this.#give();
      this.#watch();
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(shown);
    else requestAnimationFrame(() => shown());
  }

  #give() {
    this.#waiting(this.#newest);
    this.#newest = this.#waiting = null;
  }
}
