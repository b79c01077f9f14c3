// Sends pictures as long as the camera is open: always the newest, and one at a time.

import { Frame, post } from "./frames.js";
import { Pace } from "./pace.js";
import { Pictures } from "./pictures.js";

const wait = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
const SIGNED_OUT = 401;
const TOO_MANY = 429;
const SERVER_ERROR = 500;

export class Sender {
  #video;
  #address;
  #fields;
  #tell;
  #pictures;
  #pace = new Pace();
  // Counts the starts: what belongs to an earlier one ends by itself.
  #run = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} address - takes the pictures
   * @param {(at: number) => object} fields - sent with each
   * @param {{taken: Function, isPaused: () => boolean, slowed: (code: string) => void, ended: (code: string, detail?: string) => void}} tell
   */
  constructor(video, address, fields, tell) {
    this.#video = video;
    this.#address = address;
    this.#fields = fields;
    this.#tell = tell;
    this.#pictures = new Pictures(video);
  }

  stop() {
    this.#run += 1;
  }

  async start() {
    const mine = (this.#run += 1);
    let sentAt = 0;
    while (mine === this.#run) {
      await wait(Math.max(sentAt + this.#pace.seconds - performance.now() / 1000, 0));
      const shownAt = await this.#pictures.next();
      if (this.#tell.isPaused() || !this.#video.videoWidth) {
        await wait(0.05);
        continue;
      }
      if (mine !== this.#run) return;
      const frame = new Frame(this.#video);
      sentAt = frame.seconds;
      const answer = await post(this.#address, { ...this.#fields(sentAt), photo: await frame.encode() });
      if (mine !== this.#run) return;
      if (answer.ok) this.#take(answer.said, frame, shownAt);
      else if (!(await this.#isPatient(answer))) return;
    }
  }

  #take(said, frame, shownAt) {
    this.#pace.answered();
    this.#tell.slowed(this.#pace.isSlowed ? "busy" : "");
    this.#tell.taken(said, frame, shownAt);
  }

  /** Whether pictures go on being sent after one was not answered. */
  async #isPatient({ status, said, retry }) {
    if (!status || status === TOO_MANY || status >= SERVER_ERROR) {
      this.#pace.refused();
      this.#tell.slowed(status ? "busy" : "lost");
      await wait(retry);
      return true;
    }
    // A picture that the camera has spoilt is one of many.
    if (said.code === "unreadable_image") return true;
    if (status === SIGNED_OUT) this.#tell.ended("signed-out");
    else if (said.code === "csrf_failed") this.#tell.ended("old");
    else this.#tell.ended("failed", said.detail);
    return false;
  }
}
