// Sends the photos of a form one by one, each with a row of its own, and says how far it is.
// Without it the same form sends them all at once.

import showErrors from "./field-errors.js";
import Row from "./photo-row.js";
import { freshToken, joined, send } from "./photo-send.js";
import tell from "./photo-total.js";

const AT_ONCE = 2;

/** @param {HTMLFormElement} form - holds a drop area and [data-queue]; data-makes-person: the first face makes somebody */
export default function photoQueue(form) {
  const input = form.querySelector('input[type="file"]');
  const queue = form.querySelector("[data-queue]");
  const button = form.querySelector('.form__actions button[type="submit"]');
  const without = form.querySelector('[name="without_photo"]');
  const largest = Number(form.querySelector(".drop").dataset.maxBytes);
  const makesPerson = "makesPerson" in form.dataset;
  let rows = [];
  let person = null;
  let running = 0;
  let going = false;

  const waiting = () => rows.filter((row) => row.state === "waiting");

  function update() {
    queue.hidden = !rows.length;
    button.disabled = running > 0 || (rows.length || !makesPerson ? !waiting().length : false);
    if (without) without.disabled = running > 0 || person !== null;
    tell(queue, rows, person, running > 0);
  }

  function take() {
    for (const file of input.files) rows.push(new Row(queue, file, { largest, again, anyway, remove }));
    input.value = "";
    update();
    if (going) next();
  }

  /** What the form says, with a photo or with something else; held photos are fields of it. */
  function body(extra) {
    const data = new FormData(form);
    data.delete(input.name);
    for (const [name, value] of Object.entries(extra)) data.set(name, value);
    return data;
  }

  async function deliver(row, address, data) {
    running += 1;
    row.is("sending", "", { held: row.held });
    update();
    const answer = await send(address, data, (share) => row.sent(share));
    running -= 1;
    person = joined(person, answer);
    if (answer.stops) going = false;
    row.is(answer.state, answer.reason, answer);
    if (answer.errors) showErrors(form, answer.errors, answer.shown);
    update();
    if (going) next();
  }

  function next() {
    const free = Math.max(0, (makesPerson && !person ? 1 : AT_ONCE) - running);
    for (const row of waiting().slice(0, free)) deliver(row, person?.add_url ?? form.action, body({ [input.name]: row.file }));
    // All is well, and nothing is left to be read here.
    if (!running && person && rows.every((row) => row.state === "added" && !row.doubts)) location.assign(person.url);
  }

  async function again(row) {
    await freshToken(form);
    row.is("waiting");
    going = true;
    next();
  }

  function anyway(row) {
    const address = person ? `${person.choose_url}/${row.held}` : form.action;
    deliver(row, address, body({ face: 1, anyway: "yes", [`anyway-${row.held}`]: "yes" }));
  }

  function remove(row) {
    row.element.remove();
    rows = rows.filter((other) => other !== row);
    if (row.held) send(person?.let_go_url ?? `${form.action}/let-go`, body({ held: row.held }));
    update();
  }

  form.addEventListener("change", (event) => { if (event.target === input) take(); });
  form.addEventListener("submit", (event) => {
    // What is deleted or asked about on the form's page, and a form without photos, go without script.
    if (!rows.length || event.submitter?.matches("[formaction], [data-choose-here]")) return;
    if (event.submitter === without && without && !waiting().length) return;
    event.preventDefault();
    going = true;
    next();
  });
  window.addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
  take();
}
