// The files of folders that were dropped; used by import-files.

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<{file: File, path: string}[]>} every file below it, with the folders it lies in
 */
export default async function filesOf(entry, folder = "") {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => { entry.file(done, fail); });
    return [{ file, path: folder + file.name }];
  }
  const reader = entry.createReader();
  const found = [];
  // A reader gives a hundred at a time.
  for (;;) {
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (!some.length) return found;
    for (const each of some) found.push(...await filesOf(each, `${folder}${entry.name}/`));
  }
}
