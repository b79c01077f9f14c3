// What is written beside a face over the picture: a mark and a name, in SVG.

import { isName } from "./votes.js";

/** What a label means: match, ambiguous or unknown; empty as long as nobody can say. */
export function decisionOf(label) {
  return isName(label) ? "match" : label ?? "";
}

/** Who a track is, in words; empty as long as nobody can say. */
export function said({ label, name }, words) {
  if (isName(label)) return name ?? "";
  if (label === "ambiguous") return words("ambiguous").replace("{name}", name ?? "");
  return label === "unknown" ? words("unknown") : "";
}

/** An element of SVG with these attributes, in the same document as another. */
export function drawn(layer, name, attributes = {}) {
  const element = document.createElementNS(layer.namespaceURI, name);
  for (const [each, value] of Object.entries(attributes)) element.setAttribute(each, value);
  return element;
}

/** A disc, half a disc or a ring, and words beside it. */
export function tagOf(layer, decision, words) {
  const tag = drawn(layer, "g");
  const badge = drawn(layer, "g", { class: "facebox__badge" });
  const mark = drawn(layer, "g", { class: `mark mark--${decision}` });
  mark.append(drawn(layer, "circle", { class: "mark__ring", r: 5.5 }));
  if (decision === "match") mark.append(drawn(layer, "circle", { class: "mark__fill", r: 6.25 }));
  if (decision === "ambiguous") mark.append(drawn(layer, "path", { class: "mark__fill", d: "M0-6.25a6.25 6.25 0 0 1 0 12.5Z" }));
  badge.append(drawn(layer, "circle", { class: "facebox__disc", r: 11 }), mark);
  const name = drawn(layer, "text", { class: "facebox__name", y: 5 });
  name.textContent = words;
  tag.append(badge, name);
  return tag;
}
