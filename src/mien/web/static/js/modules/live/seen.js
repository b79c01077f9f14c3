// The strip of who was seen, and since when.

import { decisionOf, said } from "./label.js";
import { drawPortrait } from "./portraits.js";
import { isName } from "./votes.js";

const MOST = 24;
// A face that is gone no longer than this has not left.
const LEFT_SECONDS = 1.5;
const SIDE = 112;
const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });

export class Seen {
  #list;
  #words;
  #marks;
  #ask;
  #say;
  #entries = new Map();

  /**
   * @param {HTMLElement} list
   * @param {(name: string) => string} words
   * @param {(decision: string) => Node} marks
   * @param {?(track: object) => void} ask - asks who somebody is; null where nobody may be added
   * @param {(text: string) => void} say - for those who do not see the page
   */
  constructor(list, words, marks, ask, say) {
    this.#list = list;
    this.#words = words;
    this.#marks = marks;
    this.#ask = ask;
    this.#say = say;
  }

  /** Takes what is followed now. */
  update(tracks, now) {
    for (const track of tracks) if (track.label !== null && !track.isLost) this.#see(track, now);
    for (const entry of this.#entries.values()) this.#tell(entry, now);
  }

  /** Forgets a stranger who has just been named: the next answer says who it is. */
  forget(track) {
    this.#drop(`track:${track.id}`);
  }

  #see(track, now) {
    const key = isName(track.label) ? track.label : `track:${track.id}`;
    // A stranger who is named now has no place of their own any more.
    if (isName(track.label)) this.#drop(`track:${track.id}`);
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = this.#begin(key);
      if (isName(track.label)) this.#say(said(track, this.#words));
    }
    entry.seenAt = now;
    entry.until = new Date();
    entry.track = track;
    const words = said(track, this.#words);
    if (entry.label !== track.label || entry.words !== words) this.#name(entry, track, words);
    if (track.best && entry.best !== track.best) drawPortrait(entry.face, (entry.best = track.best));
  }

  #begin(key) {
    const made = (kind, part, more = {}) => Object.assign(document.createElement(kind), { className: `live-seen__${part}`, ...more });
    const [face, inside] = [made("canvas", "face", { width: SIDE, height: SIDE }), made("div", "words")];
    const [name, when] = [made("p", "name"), made("p", "when")];
    const one = made("li", "one");
    one.append(face, inside);
    inside.append(name, when);
    const entry = { one, face, inside, name, when, from: new Date(), until: new Date(), seenAt: 0 };
    this.#list.prepend(one);
    if (this.#entries.set(key, entry).size > MOST) this.#drop(this.#entries.keys().next().value);
    return entry;
  }

  #drop(key) {
    this.#entries.get(key)?.one.remove();
    this.#entries.delete(key);
  }

  #name(entry, track, words) {
    entry.label = track.label;
    entry.words = words;
    const decision = decisionOf(track.label);
    entry.name.replaceChildren(this.#marks(decision), Object.assign(document.createElement("span"), { textContent: words }));
    entry.inside.querySelector("button")?.remove();
    if (decision !== "unknown" || !this.#ask) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet-button", textContent: this.#words("who") });
    button.addEventListener("click", () => this.#ask(entry.track));
    entry.inside.append(button);
  }

  #tell(entry, now) {
    const isGone = now - entry.seenAt > LEFT_SECONDS;
    const text = this.#words(isGone ? "gone" : "now").replace("{from}", time.format(entry.from)).replace("{to}", time.format(entry.until));
    if (entry.when.textContent !== text) entry.when.textContent = text;
    entry.one.classList.toggle("is-gone", isGone);
  }
}
