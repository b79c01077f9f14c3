// The best of the last pictures of a face.

const RECENT_SECONDS = 5;
const ROOM = 0.35;

/** Keeps the better picture of a face that is followed; what is old gives way to what is new. */
export function keepBest(track, face, frame, at) {
  const score = face.quality.score - (face.quality.acceptable ? 0 : 1);
  const best = track.best;
  if (best && best.score >= score && at - best.at < RECENT_SECONDS) return;
  track.best = { frame, face, score, at };
}

/** Draws the face of a picture, with some room around it, into a canvas. */
export function drawPortrait(canvas, { frame, face }) {
  const { x, y, width, height } = face.box;
  const side = Math.max(width, height) * (1 + 2 * ROOM);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(frame.canvas, x + width / 2 - side / 2, y + height / 2 - side / 2, side, side, 0, 0, canvas.width, canvas.height);
}
