// What a compiled file keeps of the merges, so that it needn't be found out again.

import type { PreparedMerges } from "../definition.js";
import { LEFT, type Merges, NEVER, noSplits, RANK, RIGHT, type Splits } from "./splits.js";
import type { TokenBytes } from "./token-trie.js";

/** What {@link prepare} finds out. */
export type Prepared = Pick<PreparedMerges, "pairs" | "merged" | "ranks" | "made" | "whole">;

export function prepare({ pairs, merged, ranks }: Merges, splits: Splits): Prepared {
  const size = splits.length >> 2;
  const made = new Int32Array(size).fill(-1);
  for (let i = merged.length - 1; i >= 0; i--) {
    const at = 4 * (merged[i] as number);
    const is =
      splits[at + LEFT] === pairs[2 * i] &&
      splits[at + RIGHT] === pairs[2 * i + 1] &&
      splits[at + RANK] !== NEVER;
    if (is) made[at >> 2] = i;
  }
  const whole = new Uint8Array((size + 7) >> 3);
  for (let id = 0; id < size; id++) {
    if (splits[4 * id + RANK] === NEVER) continue;
    whole[id >> 3] = (whole[id >> 3] as number) | (1 << (id & 7));
  }
  const simplest = firstMerges(merged, size);
  const simple = made.every((i, id) => i === simplest[id]);
  return { pairs, merged, ranks, whole, made: simple ? undefined : made };
}

/** By id: the first merge that makes it, or -1. */
function firstMerges(merged: Int32Array, size: number): Int32Array {
  const first = new Int32Array(size).fill(-1);
  for (let i = merged.length - 1; i >= 0; i--) first[merged[i] as number] = i;
  return first;
}

/**
 * The reverse of {@link prepare}. Only splits into shorter contents are taken, since taking tokens
 * apart would else not come to an end.
 */
export function splitsOf(
  { pairs, merged, ranks, made }: Prepared,
  alphabet: Uint8Array,
  { starts, ends }: TokenBytes,
): Splits {
  const merges = made ?? firstMerges(merged, alphabet.length);
  const splits = noSplits(alphabet);
  const length = (id: number) => (ends[id] as number) - (starts[id] as number);
  for (let id = 0; id < merges.length; id++) {
    const i = merges[id] as number;
    if (i < 0 || i >= merged.length) continue;
    const left = pairs[2 * i] as number;
    const right = pairs[2 * i + 1] as number;
    const whole = length(id);
    if (length(left) + length(right) !== whole || length(left) === 0 || length(left) === whole)
      continue;
    splits[4 * id + LEFT] = left;
    splits[4 * id + RIGHT] = right;
    splits[4 * id + RANK] = ranks[i] as number;
  }
  return splits;
}
