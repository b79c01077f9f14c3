// One face that is followed; see `tracking.js`.

import { velocity } from "./boxes.js";
import { RULES } from "./rules.js";
import { agreed, isName } from "./votes.js";

const LEARNED = 0.3;

/** A face that was not followed before. */
export function begin(id, sighting, at) {
  return {
    id, box: sighting.box, since: at, seenAt: at, askedAt: null, velocity: [0, 0],
    votes: [], label: null, isLost: false, wasLost: false, expected: "", embedding: null,
  };
}

/** Whether a lost face may still come back. */
export function isKept(track, at) {
  const isTentative = track.label === null && !track.expected && track.isLost;
  return at - track.seenAt <= (isTentative ? RULES.tentativeSeconds : RULES.recallSeconds);
}

/** How alike a face is to a track; null where nothing says so. */
export function likeness(track, sighting) {
  if (track.embedding && sighting.embedding) return dot(track.embedding, sighting.embedding);
  return isName(track.label) && sighting.vote === track.label ? 1 : null;
}

/** Takes what a picture shows of a face that is followed. */
export function follow(track, sighting, at) {
  const asked = Boolean(sighting.vote);
  track.velocity = velocity(track, sighting.box, at);
  if (asked) {
    track.votes = [...track.votes, sighting.vote].slice(-RULES.window);
    track.label = agreed(track.label, track.votes, track.expected);
    if (track.label === `match:${track.expected}`) track.expected = "";
    track.askedAt = at;
    track.wasLost = false;
  }
  track.box = sighting.box;
  track.seenAt = at;
  track.isLost = false;
  track.embedding = learned(track.embedding, sighting.embedding ?? null);
  return track;
}

function learned(known, seen) {
  if (!known || !seen) return known ?? seen;
  const mixed = known.map((each, axis) => (1 - LEARNED) * each + LEARNED * seen[axis]);
  const length = Math.sqrt(dot(mixed, mixed));
  return length ? mixed.map((each) => each / length) : known;
}

function dot(one, other) {
  return one.reduce((sum, each, axis) => sum + each * other[axis], 0);
}
