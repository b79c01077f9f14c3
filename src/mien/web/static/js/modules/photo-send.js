// Sends one photo and says what became of it; used by photo-queue.

const TRIES = 6;
// As many as a message has room for.
const MOST_UNDONE = 40;
const SIGNED_OUT = "You were signed out. Sign in again in another tab, then try again.";
const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

/** One request; the answer's status, its JSON where it is some, and when to ask again. */
function post(address, data, progress) {
  return new Promise((done) => {
    // Not fetch, which cannot say how much has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-Partial", "1");
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded / event.total); });
    request.addEventListener("loadend", () => done({
      status: request.status,
      said: request.response ?? {},
      seconds: Number(request.getResponseHeader("Retry-After")) || 2,
    }));
    request.send(data);
  });
}

/**
 * @param {string} address
 * @param {FormData} data
 * @param {(share: number) => void} progress - told how much is sent, from 0 to 1
 * @returns {Promise<object>} as the server says it, or `state` and `reason`; `stops` what no other photo may be sent after, and `errors` of fields with what is `shown` for them
 */
export async function send(address, data, progress = () => {}) {
  for (let tries = 1; ; tries += 1) {
    const answer = await post(address, data, progress);
    if (answer.status >= 200 && answer.status < 300) return answer.said;
    if (answer.status === 401 || answer.said.code === "csrf_failed") return { state: "failed", reason: SIGNED_OUT, stops: true };
    if (answer.said.errors) return { state: "waiting", errors: answer.said.errors, shown: answer.said.shown, stops: true };
    // Busy, which passes by itself.
    const busy = answer.status === 503 || answer.status === 429;
    if (!busy || tries === TRIES) return failed(answer);
    await pause(answer.seconds);
  }
}

function failed({ status, said }) {
  if (!status) return { state: "failed", reason: "The connection was lost." };
  const reason = said.detail ?? `The server answered with ${status}.`;
  return { state: status >= 500 ? "failed" : "refused", reason };
}

/** Whose the photos are, after one more; their page offers to undo all that were added. */
export function joined(before, { person, changes = [] }) {
  if (!person) return before;
  const added = [...(before?.added ?? []), ...changes];
  const asked = added.length <= MOST_UNDONE ? added.map((change) => `added=${change}`).join("&") : "";
  return { ...person, added, url: asked ? `${person.url}?${asked}` : person.url };
}

/** Takes the form's token anew, should somebody have signed in again meanwhile. */
export async function freshToken(form) {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const token = page.querySelector('main [name="csrf_token"]')?.value;
    if (token) form.elements.csrf_token.value = token;
  } catch {
    // Without the server the next try says so.
  }
}
