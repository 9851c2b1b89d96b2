// How each token comes about, and whether two tokens can stand side by side. This is
// what lets a text be encoded from left to right instead of by looking for the best
// merge again and again.
//
// Byte-pair encoding merges by rank, the lowest first, the leftmost first among equals.
// Two neighbours of its result were never merged across their boundary. So take them
// apart again, the one made last first: at each step the pair that meets at the boundary
// must have no merge that would have come before the next thing that happened to either
// of them. The idea is that of GitHub's `bpe` crate ("is_valid_token_pair",
// https://github.com/github/rust-gems/tree/main/crates/bpe). Here ranks belong to pairs,
// so it holds for merge lists in which a token can be made in several ways. Some lists
// have a pair that comes earlier than the merge which makes one of its parts. Wherever
// such a pair meets, the answer is no, so a text that is split at valid boundaries alone
// never met one; a text that can't be split so must be merged step by step.

import { hashPair, type PairSlots } from "./pair-table.js";

/**
 * Four numbers a token: the two that it is made of (-1 for one that no merge makes), and when it is
 * made (-1 for a token of the alphabet, {@link NEVER} for one that can't come about). They lie
 * together, since they are read together.
 */
export type Splits = Int32Array;

export const LEFT = 0;
export const RIGHT = 1;
export const RANK = 2;

export const NEVER = 0x7fffffff;

/** Whether the encoding of the contents of `first` and `second` together is these two. */
export function standsTogether(
  pairs: PairSlots,
  splits: Splits,
  first: number,
  second: number,
  limit = NEVER,
): boolean {
  const { slots, mask, bits, bitMask } = pairs;
  let a = first;
  let b = second;
  let bound = limit;
  for (;;) {
    const hash = hashPair(a, b);
    const bit = hash & bitMask;
    if ((((bits[bit >> 5] as number) >>> (bit & 31)) & 1) !== 0) {
      for (let i = hash & mask; ; i = (i + 1) & mask) {
        const s = i << 2;
        const found = slots[s] as number;
        if (found === 0) break;
        if (found === a + 1 && slots[s + 1] === b) {
          if ((slots[s + 2] as number) < bound) return false;
          break;
        }
      }
    }
    const rankA = splits[4 * a + RANK] as number;
    const rankB = splits[4 * b + RANK] as number;
    if (rankA < 0 && rankB < 0) return true;
    // The later one is undone. Among equal ranks the merge further left comes first: the one
    // inside `a`, then one across the boundary, then the one inside `b`.
    if (rankA > rankB) {
      bound = rankA;
      a = splits[4 * a + RIGHT] as number;
    } else {
      bound = rankB + 1;
      b = splits[4 * b + LEFT] as number;
    }
  }
}

/** Merges in order of rank. */
export interface Merges {
  /** (left, right) ids. */
  readonly pairs: Int32Array;
  /** The id that each makes. */
  readonly merged: Int32Array;
  /** Ascending; equal for the pairs of a rank file that make the same token. */
  readonly ranks: Int32Array;
}

/**
 * Finds for each token the one merge that makes it out of its own content: of several merges
 * that could, only one is ever the last. A token whose content is encoded otherwise never
 * comes about, and gets the rank {@link NEVER}.
 *
 * @param alphabet  one number for each id: 1 for a token that exists before any merge.
 */
export function findSplits(
  { pairs, merged, ranks }: Merges,
  table: PairSlots,
  alphabet: Uint8Array,
): Splits {
  const splits = noSplits(alphabet);
  for (let i = 0; i < merged.length; i++) {
    const id = merged[i] as number;
    if (splits[4 * id + RANK] !== NEVER) continue;
    const a = pairs[2 * i] as number;
    const b = pairs[2 * i + 1] as number;
    if (splits[4 * a + RANK] === NEVER || splits[4 * b + RANK] === NEVER) continue;
    const rank = ranks[i] as number;
    if (!standsTogether(table, splits, a, b, rank)) continue;
    splits[4 * id + LEFT] = a;
    splits[4 * id + RIGHT] = b;
    splits[4 * id + RANK] = rank;
  }
  return splits;
}

/** What is known before any merge. */
export function noSplits(alphabet: Uint8Array): Splits {
  const splits = new Int32Array(4 * alphabet.length).fill(-1);
  for (let id = 0; id < alphabet.length; id++) {
    if (alphabet[id] === 0) splits[4 * id + RANK] = NEVER;
  }
  return splits;
}
