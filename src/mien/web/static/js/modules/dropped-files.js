// The files of what was dropped, those in folders too; used by drop-area.

// Of a folder only what may be a photo is taken; what was chosen by hand is judged by the server.
const PHOTO = /\.(jpe?g|png|webp|hei[cf]|avif|gif|bmp|tiff?)$/i;

async function within(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => { entry.file(done, fail); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives some of them at a time, and none at the end.
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (!some.length) break;
    for (const each of some) found.push(...await within(each));
  }
  return photosOf(found);
}

/** The files that may be photos, by their names. */
export function photosOf(files) {
  return Array.from(files).filter((file) => file.type.startsWith("image/") || PHOTO.test(file.name));
}

/** @param {DataTransfer} transfer - read at once, as it is empty when its event is over */
export default async function droppedFiles(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return transfer.files;
  const found = [];
  for (const entry of entries) found.push(...await within(entry));
  return found;
}
