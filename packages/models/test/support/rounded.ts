// Matrices as `weights: "int8"` and `"int4"` hold them, from the definition of these formats:
// codes to the nearest of each 32 inputs, with a float16 scale that gives the number of the
// largest magnitude the outermost code.

import { dequantize, quantize } from "@ryanstream/format";

const GROUP = 32;

const half = (x: number): number =>
  dequantize("F16", quantize("F16", Float32Array.of(x)))[0] as number;

/** To the nearest, of two to the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const part = x - below;
  return below + (part > 0.5 || (part === 0.5 && below % 2 !== 0) ? 1 : 0);
}

function roundedGroup(values: Float32Array, format: "int8" | "int4"): Float32Array {
  const outermost = values.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  const [least, most, at] = format === "int8" ? [-127, 127, 127] : [-8, 7, -8];
  const scale = half((format === "int8" ? Math.abs(outermost) : outermost) / at);
  if (scale === 0) return new Float32Array(values.length);
  return values.map((x) => scale * Math.min(most, Math.max(least, nearest(x / scale))));
}

/** @param inputs numbers of a row, the last of which may be a part of a group */
export function rounded(
  matrix: Float32Array,
  inputs: number,
  format: "int8" | "int4",
): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < matrix.length; row += inputs) {
    for (let at = row; at < row + inputs; at += GROUP) {
      const group = matrix.subarray(at, Math.min(at + GROUP, row + inputs));
      out.set(roundedGroup(group, format), at);
    }
  }
  return out;
}

/** The format in which a weight of that name is held: embedding and head have 8 bits at least. */
export const formatOf = (name: string, weights: "int8" | "int4"): "int8" | "int4" =>
  /embed_tokens|lm_head/.test(name) ? "int8" : weights;
