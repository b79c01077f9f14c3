// Identifies several photos, or a folder of them: sends them one by one, each with a row of its own,
// and leads to all of them. One photo alone goes as the form says; without script they go together.

import showErrors from "./field-errors.js";
import Row from "./photo-row.js";
import { freshToken, send } from "./photo-send.js";

const AT_ONCE = 2;

/** @param {HTMLFormElement} form - holds a drop area and [data-batch]; data-most: how many are taken together */
export default function photoBatch(form) {
  const input = form.querySelector('input[type="file"]');
  const queue = form.querySelector("[data-batch]");
  const total = queue.querySelector("[data-total]");
  const show = queue.querySelector("[data-show]");
  const limit = queue.querySelector("[data-limit]");
  const largest = Number(form.querySelector(".drop").dataset.maxBytes);
  const most = Number(form.dataset.most);
  let rows = [];
  let running = 0;

  const count = (...states) => rows.filter((row) => states.includes(row.state)).length;

  function update() {
    queue.hidden = !rows.length;
    const told = [`${count("found")} of ${rows.length} identified`];
    if (count("refused", "failed")) told.push(`${count("refused", "failed")} not identified`);
    const words = rows.length ? told.join(", ") : "";
    if (total.textContent !== words) total.textContent = words;
    const address = new URL(form.dataset.show, location.href);
    for (const row of rows) if (row.state === "found") address.searchParams.append("photo", row.held);
    show.href = address;
    show.hidden = running > 0 || count("waiting") > 0 || !count("found");
  }

  function take() {
    // One photo goes by itself, by the drop area; of none there is nothing to say.
    if (input.files.length < 2 && !rows.length) return;
    const photos = Array.from(input.files);
    const free = Math.max(0, most - rows.length);
    limit.hidden = photos.length <= free;
    limit.textContent = `You chose ${photos.length} photos, and ${most} can be identified together. ${free ? `The first ${free} are taken; send` : "Send"} the others after that.`;
    for (const file of photos.slice(0, free)) rows.push(new Row(queue, file, { largest, again, anyway: () => {}, remove }));
    input.value = "";
    update();
    next();
  }

  async function deliver(row) {
    running += 1;
    row.is("sending");
    update();
    const data = new FormData(form);
    data.delete(input.name);
    data.set(input.name, row.file);
    const answer = await send(form.action, data, (share) => row.sent(share));
    running -= 1;
    row.is(answer.state, answer.reason, answer);
    if (answer.url) row.leads(answer.url);
    row.letGo = answer.let_go_url;
    if (answer.errors) showErrors(form, answer.errors, answer.shown);
    update();
    // What is wrong with the form is wrong with every photo.
    if (!answer.stops) next();
    // All is well, and nothing is left to be read here.
    if (!running && limit.hidden && rows.length && rows.every((other) => other.state === "found")) location.assign(show.href);
  }

  function next() {
    for (const row of rows.filter((each) => each.state === "waiting").slice(0, Math.max(0, AT_ONCE - running))) deliver(row);
  }

  async function again(row) {
    await freshToken(form);
    row.is("waiting");
    next();
  }

  function remove(row) {
    row.element.remove();
    rows = rows.filter((other) => other !== row);
    if (row.letGo) send(row.letGo, new FormData(form));
    update();
  }

  form.addEventListener("change", (event) => { if (event.target === input) take(); });
  form.addEventListener("submit", (event) => {
    if (!rows.length) return;
    event.preventDefault();
    next();
  });
  window.addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
}
