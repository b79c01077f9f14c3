// Boxes of faces, [left, top, right, bottom] in pixels: where they are going, and what they share.

import { RULES } from "./rules.js";

const SMOOTHED = 0.5;

/** Where a track is believed to be at a moment, in seconds. */
export function boxAt(track, at) {
  const ahead = Math.min(Math.max(at - track.seenAt, 0), RULES.coastSeconds);
  const [x, y] = track.velocity.map((each) => each * ahead);
  const [left, top, right, bottom] = track.box;
  return [left + x, top + y, right + x, bottom + y];
}

/** What two grown boxes share, of what both cover together, from 0 to 1. */
export function overlap(one, other) {
  const [a, b] = [grown(one), grown(other)];
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

/** How a track moves, in pixels a second, now that it is seen here. */
export function velocity(track, box, at) {
  const seconds = at - track.seenAt;
  if (seconds <= 0) return track.velocity;
  // Whatever happened between, it was no even movement.
  if (seconds > RULES.coastSeconds) return [0, 0];
  const [before, after] = [middle(track.box), middle(box)];
  const now = after.map((each, axis) => (each - before[axis]) / seconds);
  if (track.seenAt === track.since) return now;
  return now.map((each, axis) => SMOOTHED * track.velocity[axis] + (1 - SMOOTHED) * each);
}

function grown([left, top, right, bottom]) {
  const x = ((right - left) * (RULES.grown - 1)) / 2;
  const y = ((bottom - top) * (RULES.grown - 1)) / 2;
  return [left - x, top - y, right + x, bottom + y];
}

function area([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}

function middle([left, top, right, bottom]) {
  return [(left + right) / 2, (top + bottom) / 2];
}
