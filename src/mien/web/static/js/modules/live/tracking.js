// Follows faces from picture to picture, and lets a name wait until several pictures agree on it.
// The same rules as `vision/tracking.py`; `tests/support/tracking_cases.json` holds what both have to do.

import { boxAt, overlap } from "./boxes.js";
import { RULES } from "./rules.js";
import { begin, follow, isKept, likeness } from "./track.js";

/** Boxes are [left, top, right, bottom] in pixels; votes and labels are "match:ID", "ambiguous" or "unknown". */
export class Tracker {
  #count = 0;
  /** Those that are seen and those that are lost and kept, by their ids. */
  tracks = [];

  /**
   * Takes what one picture shows.
   * @param {{box: number[], vote?: ?string, embedding?: ?number[]}[]} sightings - its faces; without a vote where nobody asked
   * @param {number} at - when it was taken, in seconds; never before the last one
   * @returns {object[]} the track of each face, in their order
   */
  see(sightings, at) {
    this.tracks = this.tracks.filter((track) => isKept(track, at));
    const found = this.#associated(sightings, at);
    const followed = sightings.map((sighting, number) => {
      const track = found.get(number) ?? begin((this.#count += 1), sighting, at);
      return follow(track, sighting, at);
    });
    for (const track of this.tracks) {
      if (!followed.includes(track)) track.isLost = track.wasLost = true;
    }
    this.tracks = [...new Set([...this.tracks, ...followed])].sort((one, other) => one.id - other.id);
    return followed;
  }

  /** Believes the next decision that a face shows this person: somebody has just said so. */
  expect(id, person) {
    const track = this.tracks.find((each) => each.id === id);
    if (track) Object.assign(track, { votes: [], label: null, expected: person });
  }

  /** Whether it should be decided again whom a face shows. */
  asks(track, at) {
    return track.label === null
      || track.votes.at(-1) !== track.label
      || track.wasLost
      || track.askedAt === null
      || at - track.askedAt >= RULES.recheckSeconds
      // What is told apart by its place alone is not told apart where two faces meet.
      || this.tracks.some((other) => other !== track && !other.isLost && overlap(track.box, other.box) > 0);
  }

  /** The track of each sighting that has one, the best pairs first. */
  #associated(sightings, at) {
    const pairs = [];
    for (const track of this.tracks) {
      const box = boxAt(track, at);
      // No picture is no absence: where few come, faces are followed all the same.
      const isNear = !track.isLost || at - track.seenAt <= RULES.keepSeconds;
      sightings.forEach((sighting, number) => {
        const shared = isNear ? overlap(box, sighting.box) : 0;
        const alike = likeness(track, sighting);
        const isThere = shared >= RULES.leastOverlap && (alike === null || alike >= RULES.differentBelow);
        if (isThere || (alike !== null && alike >= RULES.sameFrom)) pairs.push({ worth: shared + (alike ?? 0), track, number });
      });
    }
    pairs.sort((one, other) => other.worth - one.worth || one.track.id - other.track.id || one.number - other.number);
    const found = new Map();
    const taken = new Set();
    for (const { track, number } of pairs) {
      if (found.has(number) || taken.has(track)) continue;
      found.set(number, track);
      taken.add(track);
    }
    return found;
  }
}
