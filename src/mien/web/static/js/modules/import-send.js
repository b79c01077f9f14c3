// Sends the files of an import part by part, so that nothing is too large and a broken connection
// costs one part; used by import-files.

import { send } from "./photo-send.js";

const AT_ONCE = 2;

function body(form, fields) {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

/** What a request was answered, or why it was not. */
async function ask(address, data, progress) {
  const answer = await send(address, data, progress);
  if (answer.state) throw new Error(answer.reason);
  return answer;
}

async function deliver(form, job, { file, path }, tell) {
  for (let offset = 0; offset < file.size; offset += job.part_bytes) {
    const part = file.slice(offset, offset + job.part_bytes);
    await ask(job.part_url, body(form, { path, offset, part }), (share) => tell(offset + share * part.size));
  }
  tell(file.size);
}

/**
 * @param {HTMLFormElement} form - says how pictures are taken
 * @param {{file: File, path: string}[]} files
 * @param {(bytes: number) => void} progress - told how much is sent of all
 * @returns {Promise<string>} the address of the page that shows how far it is
 */
export default async function sendImport(form, files, progress) {
  // Whatever the form asks for besides the files.
  const options = Object.fromEntries(Array.from(new FormData(form)).filter(([, value]) => typeof value === "string"));
  const [first] = files;
  const title = files.length === 1 || first.path.includes("/") ? first.path.split("/")[0] : "";
  const job = await ask(form.action, body(form, { ...options, title }));
  const done = new Map();
  const left = [...files];
  const worker = async () => {
    for (let each = left.shift(); each; each = left.shift()) {
      const file = each;
      await deliver(form, job, file, (bytes) => {
        done.set(file, bytes);
        progress(Array.from(done.values()).reduce((sum, one) => sum + one, 0));
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return (await ask(job.start_url, body(form, {}))).url;
  } catch (failure) {
    left.length = 0;
    await send(job.cancel_url, body(form, {}));
    throw failure;
  }
}
