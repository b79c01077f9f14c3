// Takes archives, folders and pictures of an import, or one video, chosen or dropped, and sends them.
// Without it the form sends what fits into one request.

import { entriesOf, filesBelow } from "./dropped-files.js";
import sendImport from "./import-send.js";
import { freshToken } from "./photo-send.js";

const MEGABYTE = 1024 * 1024;
const size = (bytes) => (bytes / MEGABYTE).toFixed(1);

/** @param {HTMLFormElement} form - holds [data-drop] with the file input, and [data-sending] */
export default function importFiles(form) {
  const input = form.elements.files;
  const area = form.querySelector("[data-drop]");
  const problem = area.querySelector(".drop__problem");
  const folder = area.querySelector("[data-folder]");
  const sending = form.querySelector("[data-sending]");
  const words = sending.querySelector("[data-words]");
  const bar = sending.querySelector("[data-progress]");
  const button = form.querySelector('.form__actions button[type="submit"]');
  let chosen = [];
  let busy = false;

  const total = () => chosen.reduce((sum, each) => sum + each.file.size, 0);

  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  function take(files) {
    if (busy) return;
    chosen = files.filter((each) => each.file.size).slice(0, input.multiple ? files.length : 1);
    const what = chosen.length === 1 ? chosen[0].path : `${chosen.length.toLocaleString()} files`;
    words.textContent = `${what}, ${size(total())} MB`;
    sending.hidden = !chosen.length;
    bar.hidden = true;
    say("");
  }

  function is(sendingNow) {
    busy = sendingNow;
    button.disabled = sendingNow;
    bar.hidden = !sendingNow;
  }

  input.addEventListener("change", () => {
    take(Array.from(input.files, (file) => ({ file, path: file.webkitRelativePath || file.name })));
  });
  if (folder) folder.hidden = !("webkitdirectory" in input);
  folder?.addEventListener("click", () => {
    input.webkitdirectory = true;
    input.click();
    input.webkitdirectory = false;
  });
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("is-over");
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("is-over");
  });
  area.addEventListener("drop", async (event) => {
    event.preventDefault();
    area.classList.remove("is-over");
    const entries = entriesOf(event.dataTransfer);
    try {
      take((await Promise.all(entries.map((entry) => filesBelow(entry)))).flat());
    } catch {
      say("This cannot be read. Choose it instead of dropping it.");
    }
  });
  form.addEventListener("submit", async (event) => {
    if (!chosen.length) return;
    event.preventDefault();
    if (busy) return;
    is(true);
    say("");
    try {
      const all = total();
      const address = await sendImport(form, chosen, (bytes) => {
        bar.value = bytes / all;
        words.textContent = `Sending: ${size(bytes)} of ${size(all)} MB`;
      });
      busy = false;
      location.assign(address);
    } catch (failure) {
      is(false);
      say(failure.message);
      await freshToken(form);
    }
  });
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  area.classList.add("is-ready");
  if (input.files.length) input.dispatchEvent(new Event("change"));
}
