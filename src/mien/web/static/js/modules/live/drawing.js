// Draws the boxes and names of the faces over the picture, where they are believed to be now.

import { boxAt } from "./boxes.js";
import { decisionOf, drawn, said, tagOf } from "./label.js";

// How long a face that is lost is still shown, and how quickly an error of a box goes away.
const SHOWN_SECONDS = 0.4;
const EASED_SECONDS = 0.06;
// In pixels of the page: above this there is no room for a name.
const HIGH = 40;

export class Drawing {
  #layer;
  #words;
  #ask;
  #shown = new Map();
  #drawnAt = 0;

  /**
   * @param {SVGElement} layer - as large as the picture
   * @param {(name: string) => string} words
   * @param {?(track: object) => void} ask - asks who somebody is; null where nobody may be added
   */
  constructor(layer, words, ask) {
    this.#layer = layer;
    this.#words = words;
    this.#ask = ask;
  }

  clear() {
    this.#layer.replaceChildren();
    this.#shown.clear();
  }

  /** Draws these tracks at a moment, in seconds; the size is that of the pictures that were sent. */
  draw(tracks, size, isMirrored, now) {
    const remaining = Math.exp(-Math.max(now - this.#drawnAt, 0) / EASED_SECONDS);
    this.#drawnAt = now;
    const wanted = tracks.filter((track) => !track.isLost || (track.label && now - track.seenAt < SHOWN_SECONDS));
    for (const [id, { element }] of this.#shown) {
      if (wanted.some((track) => track.id === id)) continue;
      element.remove();
      this.#shown.delete(id);
    }
    for (const track of wanted) {
      const one = this.#shown.get(track.id) ?? this.#begin(track, boxAt(track, now));
      this.#move(one, track, boxAt(track, now), remaining);
      this.#place(one, size, isMirrored);
      this.#name(one, track);
    }
  }

  #begin(track, box) {
    const one = { element: drawn(this.#layer, "g"), box, seenAt: track.seenAt, error: [0, 0, 0, 0], written: null };
    one.lines = ["halo", "line"].map((name) => drawn(this.#layer, "rect", { class: `facebox__${name}`, rx: 2 }));
    one.tag = drawn(this.#layer, "svg");
    one.element.append(...one.lines, one.tag);
    one.element.addEventListener("click", () => { if (one.asks) this.#ask(one.track); });
    this.#layer.append(one.element);
    this.#shown.set(track.id, one);
    return one;
  }

  /** An answer says where the face is; how far the box is off then goes away little by little. */
  #move(one, track, aim, remaining) {
    if (track.seenAt !== one.seenAt) one.error = one.box.map((each, side) => each - aim[side]);
    one.seenAt = track.seenAt;
    one.error = one.error.map((each) => each * remaining);
    one.box = aim.map((each, side) => each + one.error[side]);
  }

  #place({ box: [left, top, right, bottom], lines, tag }, [width, height], isMirrored) {
    const x = isMirrored ? width - right : left;
    const share = (part, whole) => `${((100 * part) / whole).toFixed(2)}%`;
    const places = { x: share(x, width), y: share(top, height), width: share(right - left, width), height: share(bottom - top, height) };
    for (const line of lines) for (const [name, value] of Object.entries(places)) line.setAttribute(name, value);
    const isHigh = (top / height) * this.#layer.clientHeight < HIGH;
    const isRight = x + (right - left) / 2 > width / 2;
    tag.setAttribute("x", share(isRight ? x + right - left : x, width));
    tag.setAttribute("y", share(isHigh ? bottom : top, height));
    tag.setAttribute("class", `facebox__tag facebox__tag--${isHigh ? "below" : "above"} facebox__tag--${isRight ? "end" : "start"}`);
    tag.querySelector("text")?.setAttribute("text-anchor", isRight ? "end" : "start");
  }

  #name(one, track) {
    one.track = track;
    one.element.classList.toggle("is-lost", track.isLost);
    const words = said(track, this.#words);
    if (one.written === words) return;
    one.written = words;
    const decision = decisionOf(track.label);
    one.asks = decision === "unknown" && this.#ask;
    one.element.setAttribute("class", `facebox facebox--${decision || "plain"}${one.asks ? " facebox--asks" : ""}`);
    one.tag.replaceChildren();
    if (decision) one.tag.append(tagOf(this.#layer, decision, one.asks ? this.#words("ask") : words));
  }
}
