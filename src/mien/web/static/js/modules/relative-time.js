// Keeps “3 minutes ago” true while the page stays open; the exact time is in the element.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const words = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

function relative(distance) {
  const size = Math.abs(distance);
  if (size < MINUTE_MS) return distance <= 0 ? "just now" : "in a moment";
  if (size < 60 * MINUTE_MS) return words.format(Math.trunc(distance / MINUTE_MS), "minute");
  if (size < DAY_MS) return words.format(Math.trunc(distance / 60 / MINUTE_MS), "hour");
  if (size < 28 * DAY_MS) return words.format(Math.trunc(distance / DAY_MS), "day");
  return "";
}

/** @param {HTMLTimeElement} element */
export default function relativeTime(element) {
  const moment = new Date(element.dateTime).getTime();
  setInterval(() => {
    const text = relative(moment - Date.now());
    if (text && !document.hidden && element.textContent !== text) element.textContent = text;
  }, MINUTE_MS);
}
