// Asks who a face shows, and adds it from the best of the last pictures.

import { post } from "./frames.js";
import { drawPortrait } from "./portraits.js";

export class Naming {
  #dialog;
  #form;
  #refused;
  #anyway;
  #send;
  #added;
  #asked = null;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {() => object} fields - that every form carries
   * @param {(track: object, answer: object) => void} added - told who it was
   */
  constructor(dialog, fields, added) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#refused = dialog.querySelector("[data-refused]");
    this.#anyway = dialog.querySelector("[data-anyway]");
    this.#send = fields;
    this.#added = added;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { this.#asked = null; });
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** Asks about a face that is followed; its best picture of this moment is the one that is added. */
  ask(track) {
    if (!track.best || this.#dialog.open) return;
    this.#asked = { track, best: track.best };
    this.#form.reset();
    this.#refuse("", false);
    drawPortrait(this.#dialog.querySelector("[data-face]"), track.best);
    this.#dialog.showModal();
    this.#form.elements.name.focus();
  }

  #refuse(words, offersAnyway) {
    this.#refused.textContent = words;
    this.#form.elements.name.toggleAttribute("aria-invalid", Boolean(words));
    this.#anyway.hidden = !offersAnyway;
  }

  async #add() {
    const asked = this.#asked;
    const button = this.#form.querySelector('[type="submit"]');
    if (!asked || button.disabled) return;
    button.disabled = true;
    const { x, y, width, height } = asked.best.face.box;
    const anyway = this.#form.elements.anyway.checked ? { anyway: "yes" } : {};
    const answer = await post(this.#form.action, {
      ...this.#send(), ...anyway,
      photo: await asked.best.frame.encode(),
      box: JSON.stringify({ x, y, width, height }),
      name: this.#form.elements.name.value,
    });
    button.disabled = false;
    if (this.#asked !== asked) return;
    if (!answer.ok) {
      this.#refuse(answer.said.detail ?? this.#dialog.dataset.lost, answer.said.code === "photo_not_good_enough");
      this.#form.elements.name.focus();
      return;
    }
    this.#dialog.close();
    this.#offer(answer.said.name);
    this.#added(asked.track, answer.said);
  }

  /** A new name is offered the next time. */
  #offer(name) {
    const names = this.#dialog.querySelector("datalist");
    if ([...names.options].some((option) => option.value === name)) return;
    names.append(Object.assign(document.createElement("option"), { value: name }));
  }
}
