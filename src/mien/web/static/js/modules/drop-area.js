// An area that takes photos by drop, paste, choice or camera, and shows what it has got.
// It puts them into its file input; sending is the form's matter. Of several photos each has a row
// of its own, made by photo-queue, which also says what is wrong with it.

import openCamera from "./camera.js";
import chooseFolder from "./choose-folder.js";
import droppedFiles from "./dropped-files.js";

const MEGABYTE = 1024 * 1024;

/** @param {HTMLElement} area */
export default function dropArea(area) {
  const input = area.querySelector('input[type="file"]');
  const preview = area.querySelector(".drop__preview");
  const problem = area.querySelector(".drop__problem");
  const largest = Number(area.dataset.maxBytes);

  function say(words) {
    problem.textContent = words;
    problem.hidden = !words;
  }

  function show() {
    for (const image of preview.children) URL.revokeObjectURL(image.src);
    preview.replaceChildren(...Array.from(input.files).slice(0, 8).map((file) => {
      const image = new Image();
      image.src = URL.createObjectURL(file);
      image.alt = "";
      // A kind of picture that this browser cannot show may still be read by the server.
      image.onerror = () => image.replaceWith(document.createTextNode(file.name));
      return image;
    }));
    preview.hidden = !input.files.length;
  }

  function accept() {
    const alone = "atOnce" in area.dataset && input.files.length === 1;
    if (input.multiple && !alone) return;
    const tooLarge = Array.from(input.files).find((file) => file.size > largest);
    if (tooLarge) {
      say(`“${tooLarge.name}” is larger than ${Math.round(largest / MEGABYTE)} MB. Please choose a smaller one.`);
      input.value = "";
    } else {
      say("");
    }
    show();
    if (input.files.length && "atOnce" in area.dataset) input.form.requestSubmit();
  }

  function take(files) {
    if (input.multiple && (files.length > 1 || !("atOnce" in area.dataset))) {
      put(files);
      return;
    }
    const images = Array.from(files).filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
    if (!images.length) {
      say("That is not a photo. Use JPEG, PNG, WebP or HEIC.");
      return;
    }
    put(images.slice(0, 1));
  }

  function put(files) {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  input.addEventListener("change", accept);
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("is-over");
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("is-over");
  });
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("is-over");
    droppedFiles(event.dataTransfer).then(take);
  });
  document.addEventListener("paste", (event) => {
    // Each area hears it; the first that is empty takes it.
    if (event.defaultPrevented) return;
    const free = Array.from(document.querySelectorAll('.drop input[type="file"]')).find((other) => !other.files.length);
    if (event.clipboardData.files.length && (free ?? input) === input) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });

  chooseFolder(area, take, say);
  openCamera(area, take);
  area.classList.add("is-ready");
  // Chosen before this script had come.
  if (input.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
}
