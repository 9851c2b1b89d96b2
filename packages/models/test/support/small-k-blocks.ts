// Matrices in ggml's K types with values of the size that weights have. No quantiser is
// needed where any weights will do.

import type { TensorInput } from "@ryanstream/format";
import { blockBytes } from "@ryanstream/kernels";
import { noiseBlocks } from "../../../kernels/test/support/block-values.js";

export type KType = "Q4_K" | "Q6_K";

/** Bytes of a block, and the high bytes of its float16 scales with an exponent for values around 0.1. */
const layouts: Readonly<Record<KType, readonly [number, readonly number[], number]>> = {
  Q4_K: [144, [1, 3], 0x10],
  Q6_K: [210, [209], 0x08],
};

/** A tensor of random blocks, for matrices; undefined for vectors. `shape[1]` is a multiple of 256. */
export function smallKBlocks(
  dtype: KType,
  name: string,
  shape: readonly number[],
): TensorInput | undefined {
  const [n, k] = shape;
  if (n === undefined || k === undefined) return undefined;
  const seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1e6;
  const data = noiseBlocks(dtype, blockBytes(dtype, n, k), seed + 1);
  const [size, halves, exponent] = layouts[dtype];
  for (let start = 0; start < data.length; start += size) {
    for (const at of halves) data[start + at] = ((data[start + at] as number) & 0x83) | exponent;
  }
  return { name, dtype, shape, data };
}
