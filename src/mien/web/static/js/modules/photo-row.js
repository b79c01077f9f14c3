// One photo of a queue: its picture, its name, what becomes of it, and what can be done about it.

const MEGABYTE = 1024 * 1024;
const WORDS = { waiting: "Waiting", sending: "Sending", looking: "Looking for the face", added: "Added" };
// One after the other: a large photo takes a lot of memory while it is made small.
let drawing = Promise.resolve();

function draw(canvas, file) {
  drawing = drawing.then(async () => {
    try {
      const picture = await createImageBitmap(file, { resizeHeight: canvas.height, resizeQuality: "medium" });
      canvas.getContext("2d").drawImage(picture, (canvas.width - picture.width) / 2, 0);
      picture.close();
    } catch {
      // A kind of picture that this browser cannot show may still be read by the server.
    }
  });
}

export default class Row {
  /**
   * @param {HTMLElement} queue - holds a list and the template of a row
   * @param {File} file
   * @param {{largest: number, again: Function, anyway: Function, remove: Function}} ways
   */
  constructor(queue, file, { largest, again, anyway, remove }) {
    this.file = file;
    this.element = queue.querySelector("template").content.firstElementChild.cloneNode(true);
    this.field = this.part('[name="held"]');
    this.part(".photo-row__name").textContent = file.name;
    for (const [name, does] of Object.entries({ again, anyway, remove })) {
      const button = this.part(`[data-${name}]`);
      button.querySelector(".visually-hidden").textContent = `: ${file.name}`;
      button.addEventListener("click", () => does(this));
    }
    queue.querySelector("ul").append(this.element);
    draw(this.part("canvas"), file);
    if (file.size > largest) {
      this.is("refused", `It has ${Math.ceil(file.size / MEGABYTE)} MB; at most ${Math.round(largest / MEGABYTE)} MB are accepted. Send a smaller copy.`);
    } else if (file.type && !file.type.startsWith("image/")) {
      this.is("refused", "This is not a photo. Use JPEG, PNG, WebP or HEIC.");
    } else {
      this.is("waiting");
    }
  }

  /** The id of a photo that the server holds; empty for others. */
  get held() {
    return this.field.value;
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  /** Shows a new state: waiting, sending, added, choose, anyway, refused or failed. */
  is(state, reason = "", { held = "", doubts = [] } = {}) {
    this.state = state;
    this.field.value = held;
    // A field without a value would be a photo without an id.
    this.field.disabled = !held;
    this.doubts = doubts.length;
    this.element.dataset.state = state;
    this.part(".photo-row__state").textContent = [WORDS[state], reason].filter(Boolean).join(". ");
    this.part(".photo-row__doubts").replaceChildren(...doubts.map(({ text, links }) => {
      const line = document.createElement("li");
      line.append(text, ...links.flatMap(([label, url]) => {
        const link = document.createElement("a");
        link.href = url;
        link.textContent = label;
        return [" ", link];
      }));
      return line;
    }));
    this.part("progress").hidden = state !== "sending";
    this.part("[data-again]").hidden = state !== "failed";
    this.part("[data-anyway]").hidden = state !== "anyway";
    this.part("[data-remove]").hidden = state === "added" || state === "sending";
  }

  /** Makes its name a link to what it gave. */
  leads(address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = this.file.name;
    this.part(".photo-row__name").replaceChildren(link);
  }

  /** How much of it is sent, from 0 to 1. */
  sent(share) {
    this.part("progress").value = share;
    this.part(".photo-row__state").textContent = share < 1 ? WORDS.sending : WORDS.looking;
  }
}
