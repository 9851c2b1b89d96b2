// Splitting a piece at matches, with Hugging Face's five ways to treat what matched.

import type { AlignedText } from "./aligned-text.js";

/** What becomes of what the pattern matched. */
export type SplitBehavior =
  | "Removed"
  | "Isolated"
  | "MergedWithPrevious"
  | "MergedWithNext"
  | "Contiguous";

export const SPLIT_BEHAVIORS: readonly SplitBehavior[] = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
];

/**
 * Cuts `piece` at `matches` (start and end of each, in turn) and appends the parts to `out`.
 * `invert` exchanges what matched and what lies between. Empty parts are left out.
 */
export function splitPiece(
  piece: AlignedText,
  matches: ArrayLike<number>,
  behavior: SplitBehavior,
  invert: boolean,
  out: AlignedText[],
): void {
  const { length } = piece.text;
  if (matches.length === 0) {
    if (length > 0 && !(invert && behavior === "Removed")) out.push(piece.slice(0, length));
    return;
  }
  // The parts in order: where each ends, and whether it is a delimiter. An empty match is a part.
  const ends: number[] = [];
  const delimiters: boolean[] = [];
  let at = 0;
  for (let m = 0; m < matches.length; m += 2) {
    const start = matches[m] as number;
    if (start > at) {
      ends.push(start);
      delimiters.push(invert);
    }
    at = matches[m + 1] as number;
    ends.push(at);
    delimiters.push(!invert);
  }
  if (at < length) {
    ends.push(length);
    delimiters.push(invert);
  }
  let from = 0;
  // For MergedWithNext whether part i joins the next one is decided from the end.
  const joins = behavior === "MergedWithNext" ? joinsNext(delimiters) : undefined;
  for (let i = 0; i < ends.length; i++) {
    const delimiter = delimiters[i] as boolean;
    const next = delimiters[i + 1];
    const to = ends[i] as number;
    if (behavior === "Removed" && delimiter) {
      from = to;
      continue;
    }
    if (joins?.[i]) continue;
    if (behavior === "Contiguous" && next === delimiter) continue;
    if (behavior === "MergedWithPrevious" && next && !delimiter) continue;
    if (to > from) out.push(piece.slice(from, to));
    from = to;
  }
}

function joinsNext(delimiters: readonly boolean[]): boolean[] {
  const joins: boolean[] = new Array(delimiters.length).fill(false);
  for (let i = delimiters.length - 2; i >= 0; i--) {
    joins[i] = delimiters[i] === true && delimiters[i + 1] === false;
  }
  return joins;
}
