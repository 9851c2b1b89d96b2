// Reads what a compiled file keeps of the merges, so that it needn't be found out again.

import type { PreparedMerges } from "../definition.js";
import { LEFT, noSplits, RANK, RIGHT, type Splits } from "./splits.js";
import type { TokenBytes } from "./token-trie.js";

export type Prepared = Pick<PreparedMerges, "pairs" | "merged" | "ranks" | "made" | "whole">;

/** By id: the first merge that makes it, or -1. */
export function firstMerges(merged: Int32Array, size: number): Int32Array {
  const first = new Int32Array(size).fill(-1);
  for (let i = merged.length - 1; i >= 0; i--) first[merged[i] as number] = i;
  return first;
}

/**
 * The reverse of `prepare`. Only splits into shorter contents are taken, since taking tokens
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
