// The files of what was dropped, those in folders too; used by drop-area and import-files.

// Of a folder only what may be a photo is taken; what was chosen by hand is judged by the server.
const PHOTO = /\.(jpe?g|png|webp|hei[cf]|avif|gif|bmp|tiff?)$/i;

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<{file: File, path: string}[]>} every file below it, with the folders it lies in
 */
export async function filesBelow(entry, folder = "") {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => { entry.file(done, fail); });
    return [{ file, path: folder + file.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives some of them at a time, and none at the end.
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (!some.length) return found;
    for (const each of some) found.push(...await filesBelow(each, `${folder}${entry.name}/`));
  }
}

/** The files that may be photos, by their names. */
export function photosOf(files) {
  return Array.from(files).filter((file) => file.type.startsWith("image/") || PHOTO.test(file.name));
}

/** @param {DataTransfer} transfer - read at once, as it is empty when its event is over */
export function entriesOf(transfer) {
  return Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
}

/** @param {DataTransfer} transfer */
export default async function droppedFiles(transfer) {
  const entries = entriesOf(transfer);
  if (!entries.some((entry) => entry.isDirectory)) return transfer.files;
  const found = [];
  for (const entry of entries) {
    const files = (await filesBelow(entry)).map((each) => each.file);
    found.push(...(entry.isDirectory ? photosOf(files) : files));
  }
  return found;
}
