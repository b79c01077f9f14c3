// Takes pictures of the camera and sends them, one at a time: the newest when the last is answered.

// As the server searches them; more pixels would be sent and thrown away.
const LONGEST = 640;
const QUALITY = 0.85;

/** One picture of the camera, as it was sent. */
export class Frame {
  /** Takes what a video shows now. */
  constructor(video) {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    this.canvas = document.createElement("canvas");
    this.canvas.width = Math.round(video.videoWidth * scale);
    this.canvas.height = Math.round(video.videoHeight * scale);
    this.canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    this.takenAt = performance.now();
  }

  get seconds() {
    return this.takenAt / 1000;
  }

  async encode() {
    this.blob ??= await new Promise((done) => { this.canvas.toBlob(done, "image/jpeg", QUALITY); });
    return this.blob;
  }
}

/**
 * Sends a form.
 * @returns {Promise<{ok: boolean, status: number, said: object, retry: number}>} status 0 without a connection; `retry` in seconds
 */
export async function post(address, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Blob) body.append(name, value, "frame.jpg");
    else body.append(name, value);
  }
  try {
    const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    const said = await response.json().catch(() => ({}));
    return { ok: response.ok, status: response.status, said, retry: Number(response.headers.get("Retry-After")) || 1 };
  } catch {
    return { ok: false, status: 0, said: {}, retry: 1 };
  }
}
