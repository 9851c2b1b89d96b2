// What a compiled file keeps of the merges, so that it needn't be found out again.

import type { PreparedMerges } from "../definition.js";
import { LEFT, type Merges, NEVER, noSplits, RANK, RIGHT, type Splits } from "./splits.js";

export function prepare(merges: Merges, splits: Splits): PreparedMerges {
  const { pairs, merged } = merges;
  const made = new Int32Array(splits.length >> 2).fill(-1);
  for (let i = merged.length - 1; i >= 0; i--) {
    const at = 4 * (merged[i] as number);
    const is =
      splits[at + LEFT] === pairs[2 * i] &&
      splits[at + RIGHT] === pairs[2 * i + 1] &&
      splits[at + RANK] !== NEVER;
    if (is) made[at >> 2] = i;
  }
  const simplest = firstMerges(merged, made.length);
  return made.every((i, id) => i === simplest[id]) ? merges : { ...merges, made };
}

/** By id: the first merge that makes it, or -1. */
function firstMerges(merged: Int32Array, size: number): Int32Array {
  const first = new Int32Array(size).fill(-1);
  for (let i = merged.length - 1; i >= 0; i--) first[merged[i] as number] = i;
  return first;
}

/** The reverse of {@link prepare}. */
export function splitsOf(prepared: PreparedMerges, alphabet: Uint8Array): Splits {
  const { pairs, merged, ranks } = prepared;
  const made = prepared.made ?? firstMerges(merged, alphabet.length);
  const splits = noSplits(alphabet);
  for (let id = 0; id < made.length; id++) {
    const i = made[id] as number;
    if (i < 0 || i >= merged.length) continue;
    splits[4 * id + LEFT] = pairs[2 * i] as number;
    splits[4 * id + RIGHT] = pairs[2 * i + 1] as number;
    splits[4 * id + RANK] = ranks[i] as number;
  }
  return splits;
}
