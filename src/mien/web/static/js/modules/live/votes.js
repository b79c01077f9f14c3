// What several pictures say of one face: "match:ID", "ambiguous" or "unknown".

import { RULES } from "./rules.js";

/** The label after these votes: another one only when enough of them agree on it. */
export function agreed(label, votes, expected = "") {
  if (!votes.length) return label;
  const newest = votes.at(-1);
  if (expected && newest === `match:${expected}`) return newest;
  const counts = new Map();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const [best, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
  const needed = isName(label) && !isName(best) ? RULES.giveUp : RULES.agree;
  return count >= needed ? best : label;
}

/** Whether a label names somebody. */
export function isName(label) {
  return label !== null && label.startsWith("match:");
}
