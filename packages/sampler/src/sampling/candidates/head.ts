// Whether the largest logits alone decide where a share of the probability ends, whatever exactly
// the others weigh. Where a model knows what it wants, they nearly always do.

import { estimateAbove, sampleLargest } from "./largest.js";
import type { Prefix } from "./prefix.js";
import type { TokenList } from "./token-list.js";

/** How many of the largest are tried. */
export const HEAD = 128;
/** What rounding may make of a sum that is just enough. */
export const ENOUGH = 1 - 1e-12;
/** So many tokens about as likely as the likeliest, and a few decide nothing. */
const MANY = 4096;

/** Whether it isn't worth a try: many of a sample are about as likely as its likeliest. */
export function isFlat(logits: Float32Array, temperature: number): boolean {
  if (logits.length <= MANY) return false;
  return estimateAbove(logits, sampleLargest(logits) - 2 * temperature) > MANY;
}

/** What tokens weigh at most that aren't among the largest of `size`, which were weighed. */
export function heaviestRest({ count, weights }: TokenList, size: number): number {
  if (count < HEAD) return 0;
  let least = Infinity;
  for (let i = 0; i < count; i++) least = Math.min(least, weights[i] as number);
  return (size - count) * least;
}

/**
 * Finds where a share of all weights ends, if it is in the list wherever the weight of all others is within bounds.
 *
 * @param list  whose weights have the sum `total`; they are used up.
 * @param strict  whether the share is to be exceeded.
 */
export function isDecided(
  list: TokenList,
  total: number,
  share: number,
  strict: boolean,
  light: number,
  heavy: number,
): boolean {
  const least = share * (total + light) * ENOUGH;
  const most = share * (total + heavy) * ENOUGH;
  const prefix = list.find(most, strict);
  const { above, weight, ties } = prefix;
  const before = above + (strict ? tieOf(prefix, most) : ties - 1) * weight;
  const end = above + ties * weight;
  return strict ? before <= least && end > most : before < least && end >= most;
}

/** Which of the tokens that equal the last of a prefix a sum falls on, from 0. */
export function tieOf({ above, weight, ties }: Prefix, sum: number): number {
  const index = Math.floor((sum - above) / weight);
  return index > 0 ? Math.min(index, ties - 1) : 0;
}
