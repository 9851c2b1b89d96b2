// Matrices as blocks of IQ4_NL, the plainest way: the largest weight at the end of the table.

import { dequantize, quantize } from "@ryanstream/format";

/** `kvalues_iq4nl` of ggml-common.h. */
const table = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const nearest = (x: number): number =>
  table.reduce(
    (best, t, i) => (Math.abs(t - x) < Math.abs((table[best] as number) - x) ? i : best),
    0,
  );

export function nl4Blocks(values: Float32Array): Uint8Array {
  const blocks = new Uint8Array((values.length / 32) * 18);
  for (let b = 0; b < values.length / 32; b++) {
    const group = values.subarray(32 * b, 32 * b + 32);
    const most = group.reduce((m, x) => (Math.abs(x) > Math.abs(m) ? x : m), 0);
    const half = quantize("F16", Float32Array.of(most / -127));
    blocks.set(half, 18 * b);
    const scale = dequantize("F16", half)[0] as number;
    group.forEach((x, i) => {
      const code = scale === 0 ? 8 : nearest(x / scale);
      const at = 18 * b + 2 + (i % 16);
      blocks[at] = (blocks[at] as number) | (code << (i < 16 ? 0 : 4));
    });
  }
  return blocks;
}
