// What truncation and padding make of ids alone. All else that is known of the tokens takes the
// slow way, which decides here too what is refused.

import { encodingParts } from "./components/encoding-parts.js";
import type { Padding } from "./components/padding.js";
import type { Truncation } from "./components/truncation.js";
import type { Extras } from "./extras.js";
import type { Surroundings } from "./template.js";

/** The ids of a single text that remain beside `added` others, which a template adds. */
export function keptIds(
  ids: Int32Array,
  truncation: Truncation,
  added: number,
  { truncate }: Extras,
): Int32Array {
  const { stride, strategy, direction } = truncation;
  const length = roomFor(truncation, added);
  if (ids.length <= length) return ids;
  if (length > 0 && (strategy === "OnlySecond" || stride >= length)) {
    const all = [...ids];
    truncate([encodingParts(all, all)], truncation, added);
  }
  return direction === "Right" ? ids.subarray(0, length) : ids.subarray(ids.length - length);
}

/** Tokens that a text may have beside those of its template. */
export function roomFor({ maxLength }: Truncation, added: number): number {
  return Math.max(0, maxLength - added);
}

/** The padding of a batch, its length that of the longest. */
export function settled(padding: Padding, lengths: readonly number[], { pad }: Extras) {
  const { multipleOf = 1 } = padding;
  let length = padding.length === "longest" ? 0 : padding.length;
  if (padding.length === "longest") for (const each of lengths) length = Math.max(length, each);
  const fixed = { ...padding, length: Math.ceil(length / multipleOf) * multipleOf };
  pad([], fixed);
  return fixed;
}

/** Ids within their template, and that within its padding. */
export function placed(
  ids: Int32Array,
  { before, after }: Surroundings,
  padding?: Padding & { readonly length: number },
): Int32Array {
  const length = before.length + ids.length + after.length;
  const missing = padding === undefined ? 0 : Math.max(0, padding.length - length);
  const all = new Int32Array(length + missing);
  if (padding !== undefined) all.fill(padding.id);
  const at = padding?.direction === "Left" ? missing : 0;
  all.set(before, at);
  all.set(ids, at + before.length);
  all.set(after, at + before.length + ids.length);
  return all;
}
