// What a compiled file keeps of the merges, so that it needn't be found out again.

import { firstMerges, type Prepared } from "./prepared.js";
import { LEFT, type Merges, NEVER, RANK, RIGHT, type Splits } from "./splits.js";

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
