// A photo dropped or pasted anywhere is identified; on a page that takes photos itself it goes there.
// What will happen is said over the page while the photo is held above it.

import droppedFiles, { photosOf } from "./dropped-files.js";

const READ_MS = 4000;

/** @param {HTMLFormElement} form - sends photos to be identified; holds [data-said], and words as data-… */
export default function dropAnywhere(form) {
  const input = form.querySelector('input[type="file"]');
  const said = form.querySelector("[data-said]");
  const most = Number(form.dataset.most);
  let reading = 0;

  const areas = () => Array.from(document.querySelectorAll(".drop.is-ready:not(.is-busy)"));
  const free = () => areas().find((area) => !area.querySelector('input[type="file"]').files.length) ?? areas()[0];
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

  function say(words) {
    clearTimeout(reading);
    if (said.textContent !== words) said.textContent = words;
    form.hidden = !words;
  }

  function refuse(words) {
    say(words);
    reading = setTimeout(() => say(""), READ_MS);
  }

  function identify(files) {
    const photos = photosOf(files);
    if (!photos.length) return refuse(form.dataset.none);
    if (photos.length > most) return refuse(form.dataset.many);
    const transfer = new DataTransfer();
    for (const photo of photos) transfer.items.add(photo);
    input.files = transfer.files;
    say(form.dataset.busy);
    form.submit();
  }

  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    // Without it the browser would open the photo instead of the page.
    event.preventDefault();
    const area = free();
    say(area ? `${form.dataset.here} ${area.querySelector(".drop__label").textContent}` : form.dataset.will);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) say(""); });
  // Over an area of the page the area shows it itself.
  document.addEventListener("dragover", (event) => { if (event.target.closest?.(".drop")) say(""); }, true);
  document.addEventListener("drop", (event) => {
    say("");
    if (!hasFiles(event) || event.defaultPrevented || event.target.closest?.("dialog")) return;
    event.preventDefault();
    const area = free();
    if (area) area.dispatchEvent(new DragEvent("drop", { cancelable: true, dataTransfer: event.dataTransfer }));
    else droppedFiles(event.dataTransfer).then(identify);
  });
  document.addEventListener("paste", (event) => {
    // A page that takes photos hears it itself.
    if (event.defaultPrevented || areas().length || !event.clipboardData.files.length) return;
    event.preventDefault();
    identify(event.clipboardData.files);
  });
  // Back from the answer, the browser may show this page as it was left.
  window.addEventListener("pageshow", (event) => { if (event.persisted) say(""); });
}
