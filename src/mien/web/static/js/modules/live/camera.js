// Opens a camera for the live page and says why it cannot.

const WIDTH = 1280;
const WHY = {
  NotAllowedError: "denied", SecurityError: "denied",
  NotFoundError: "none", OverconstrainedError: "none", DevicesNotFoundError: "none",
  NotReadableError: "in-use", AbortError: "in-use", TrackStartError: "in-use",
};

/** Why no camera can be asked for here; empty where one can. */
export function obstacle() {
  if (!window.isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia ? "" : "unsupported";
}

/** What an error of the browser's is called on this page. */
export function why(error) {
  return WHY[error.name] ?? "failed";
}

export class Camera {
  #video;
  #ended;
  // Counts what was asked for: a camera that comes late, after another or after the end, goes off again.
  #asked = 0;

  /**
   * @param {HTMLVideoElement} video - shows the picture
   * @param {() => void} ended - told when the camera goes away by itself
   */
  constructor(video, ended) {
    this.#video = video;
    this.#ended = ended;
  }

  get isOpen() {
    return Boolean(this.#video.srcObject);
  }

  /** Which side of a phone the camera looks from; empty where the browser does not say. */
  get side() {
    return this.#video.srcObject?.getVideoTracks()[0]?.getSettings().facingMode ?? "";
  }

  /** The id of the camera that is open. */
  get device() {
    return this.#video.srcObject?.getVideoTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** Opens one, by its id or by the side from which it looks; false where it is no longer wanted. Throws what the browser does. */
  async open({ device = "", side = "user" } = {}) {
    this.close();
    const mine = this.#asked;
    const which = device ? { deviceId: { exact: device } } : { facingMode: side };
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, width: { ideal: WIDTH } }, audio: false });
    if (mine !== this.#asked) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.#video.srcObject = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => {
      if (this.#video.srcObject === stream) this.#ended();
    });
    await this.#video.play();
    return true;
  }

  close() {
    this.#asked += 1;
    for (const track of this.#video.srcObject?.getTracks() ?? []) track.stop();
    this.#video.srcObject = null;
  }

  /** Fills a choice with all cameras, which have names once one was allowed; gives how many there are. */
  async offer(select, called) {
    const all = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
    select.replaceChildren(...all.map((device, number) => new Option(
      device.label || called(number + 1), device.deviceId, false, device.deviceId === this.device,
    )));
    return all.length;
  }
}
