import type { Products } from "./products.js";

/** Columns of a product at a time: half of a symmetric matrix needn't be computed. */
const PANEL = 512;

/**
 * Adds `scale * transposed(x) @ x` to the lower triangle of `sum[stride, stride]`, at its first `width` rows and
 * columns: products in float32, sums in double precision.
 */
export async function addGram(
  sum: Float64Array,
  stride: number,
  x: Float32Array,
  rows: number,
  width: number,
  scale: number,
  products: Products,
): Promise<void> {
  for (let from = 0; from < width; from += PANEL) {
    const end = Math.min(width, from + PANEL);
    const left = columns(x, rows, width, from, end);
    const right = end === width ? x : columns(x, rows, width, 0, end);
    const part = await products.transposed(left, right, end - from, rows, end);
    for (let i = from; i < end; i++) {
      const row = sum.subarray(i * stride, i * stride + i + 1);
      const at = (i - from) * end;
      for (let j = 0; j < row.length; j++) {
        row[j] = (row[j] as number) + scale * (part[at + j] as number);
      }
    }
  }
}

function columns(
  x: Float32Array,
  rows: number,
  width: number,
  from: number,
  end: number,
): Float32Array {
  if (from === 0 && end === width) return x;
  const out = new Float32Array(rows * (end - from));
  for (let r = 0; r < rows; r++) {
    out.set(x.subarray(r * width + from, r * width + end), r * (end - from));
  }
  return out;
}
