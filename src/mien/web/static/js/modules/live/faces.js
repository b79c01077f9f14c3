// The faces that are followed, and what they are called.

import { boxAt } from "./boxes.js";
import { keepBest } from "./portraits.js";
import { Tracker } from "./tracking.js";
import { isName } from "./votes.js";

export class Faces {
  #tracker = new Tracker();
  #names = new Map();

  get tracks() {
    return this.#tracker.tracks;
  }

  /** Begins anew: another camera shows something else. */
  forget() {
    this.#tracker = new Tracker();
  }

  /** What is followed already, for the server, which then looks into the others only. */
  known(at) {
    return this.tracks.filter((track) => !track.isLost).map((track) => {
      const [left, top, right, bottom] = boxAt(track, at);
      return { box: { x: left, y: top, width: right - left, height: bottom - top }, fresh: !this.#tracker.asks(track, at) };
    });
  }

  /** Takes the server's answer about a picture. */
  take(faces, frame) {
    const tracks = this.#tracker.see(faces.map((face) => this.#sighting(face)), frame.seconds);
    tracks.forEach((track, number) => {
      const { decision, person } = faces[number];
      if (decision === "ambiguous" && person) track.perhaps = called(person);
      track.name = isName(track.label) ? this.#names.get(track.label) : track.perhaps;
      keepBest(track, faces[number], frame, frame.seconds);
    });
  }

  /** Takes that somebody has just said whom a face shows; the server's next answer decides. */
  named(track, { person, name }) {
    this.#names.set(`match:${person}`, name);
    this.#tracker.expect(track.id, person);
  }

  #sighting({ box, decision, person }) {
    if (decision === "match") this.#names.set(`match:${person.id}`, called(person));
    const vote = decision === "match" ? `match:${person.id}` : decision;
    return { box: [box.x, box.y, box.x + box.width, box.y + box.height], vote };
  }
}

function called({ name, distinguishing_note: note }) {
  return note ? `${name} (${note})` : name;
}
