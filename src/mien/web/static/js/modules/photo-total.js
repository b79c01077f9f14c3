// Says how many photos of a queue are added, and leads on; used by photo-queue.

const faces = (count) => (count === 1 ? "1 photo shows several faces" : `${count} photos show several faces`);

/**
 * @param {HTMLElement} queue - holds the total and the links
 * @param {{state: string}[]} rows
 * @param {?{name: string, url: string, choose_url: string}} person - null as long as there is nobody
 * @param {boolean} busy - whether photos are being sent
 */
export default function tell(queue, rows, person, busy) {
  const count = (...states) => rows.filter((row) => states.includes(row.state)).length;
  const parts = [`${count("added")} of ${rows.length} added`];
  if (count("refused", "failed", "anyway")) parts.push(`${count("refused", "failed", "anyway")} not added`);
  if (count("choose")) parts.push(`${count("choose")} to choose a face in`);
  const words = rows.length ? parts.join(", ") : "";
  const total = queue.querySelector("[data-total]");
  // What did not change is not read out again.
  if (total.textContent !== words) total.textContent = words;

  const choose = queue.querySelector("[data-choose]");
  choose.hidden = busy || !person || !count("choose");
  const here = queue.querySelector("[data-choose-here]");
  here.hidden = busy || Boolean(person) || !count("choose") || count("waiting") > 0;
  for (const way of [choose, here]) way.querySelector("span").textContent = `${faces(count("choose"))}: choose`;
  const link = queue.querySelector("[data-person]");
  link.hidden = busy || !person || !count("added");
  if (!person) return;
  choose.href = person.choose_url;
  link.href = person.url;
  link.querySelector("span").textContent = person.name ? `Show ${person.name}` : "Show the faces";
}
