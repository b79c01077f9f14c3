// Chooses all photos of a folder, where the browser can; used by drop-area.

import { photosOf } from "./dropped-files.js";

/**
 * @param {HTMLElement} area - may have the button [data-folder]
 * @param {(files: File[]) => void} take - gets the photos
 * @param {(words: string) => void} say - says that there are none
 */
export default function chooseFolder(area, take, say) {
  const button = area.querySelector("[data-folder]");
  const input = document.createElement("input");
  if (!button || !("webkitdirectory" in input)) return;
  input.type = "file";
  input.webkitdirectory = true;
  input.addEventListener("change", () => {
    const photos = photosOf(input.files);
    if (photos.length) take(photos);
    else say("There is no photo in that folder.");
    input.value = "";
  });
  button.hidden = false;
  button.addEventListener("click", () => input.click());
}
