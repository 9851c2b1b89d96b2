// Splits in the form in which a compiled file keeps them, and back.

import type { PreparedMerges } from "../definition.js";
import { type Merges, NEVER, type Splits } from "./splits.js";

export function prepare({ pairs, merged, ranks }: Merges, splits: Splits): PreparedMerges {
  const { left, right, rank } = splits;
  const made = rank.map((r) => (r === -1 ? ALPHABET : NO_MERGE));
  for (let i = merged.length - 1; i >= 0; i--) {
    const id = merged[i] as number;
    const is = left[id] === pairs[2 * i] && right[id] === pairs[2 * i + 1] && rank[id] !== NEVER;
    if (is) made[id] = i;
  }
  return { pairs, merged, ranks, made };
}

const NO_MERGE = -1;
const ALPHABET = -2;

/** The reverse of {@link prepare}. */
export function splitsOf({ pairs, merged, ranks, made }: PreparedMerges): Splits {
  const left = new Int32Array(made.length).fill(-1);
  const right = new Int32Array(made.length).fill(-1);
  const rank = new Int32Array(made.length).fill(NEVER);
  for (let id = 0; id < made.length; id++) {
    const i = made[id] as number;
    if (i === ALPHABET) rank[id] = -1;
    if (i < 0 || i >= merged.length) continue;
    left[id] = pairs[2 * i] as number;
    right[id] = pairs[2 * i + 1] as number;
    rank[id] = ranks[i] as number;
  }
  return { left, right, rank };
}
