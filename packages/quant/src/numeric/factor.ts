// H = N^T N with N lower triangular: the Cholesky factor that eliminates the last column first. Row c of N says what
// the error of columns up to c costs when later columns are free to make up for it, so N[c, c]^2 is the price of
// column c and N[c, j] / N[c, c] how much of the error of column j it can take over. GPTQ's factor of the inverse
// (arXiv 2210.17323) says the same without being inverted.

import { QuantError } from "../errors.js";
import { addGram } from "./gram.js";
import type { Products } from "./products.js";

const BLOCK = 64;
const TRIES = 12;

export interface Factor {
  readonly width: number;
  /** N, row-major; what is above the diagonal is undefined. */
  readonly n: Float64Array;
  /** What was added to the diagonal, as a share of its mean. */
  readonly damping: number;
}

export interface FactorOptions {
  /** Added to the diagonal, as a share of its mean. */
  readonly damping: number;
  readonly tensor: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Of a symmetric matrix given by its lower triangle, which is left as it is. Columns that no input excites get the
 * median of the diagonal; where rounding makes the matrix indefinite, the damping grows tenfold until it isn't.
 *
 * @throws QuantError `ERR_VALUE` if no damping helps
 */
export async function factorHessian(
  h: Float64Array,
  width: number,
  products: Products,
  { damping, tensor, signal }: FactorOptions,
): Promise<Factor> {
  const live: number[] = [];
  for (let i = 0; i < width; i++) {
    if ((h[i * width + i] as number) > 0) live.push(h[i * width + i] as number);
  }
  live.sort((a, b) => a - b);
  const median = live[live.length >> 1] ?? 1;
  const mean = live.length === 0 ? 1 : live.reduce((sum, x) => sum + x, 0) / live.length;
  let share = damping;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const n = h.slice();
    for (let i = 0; i < width; i++) {
      const at = i * width + i;
      n[at] = ((n[at] as number) > 0 ? (n[at] as number) : median) + share * mean;
    }
    if (await factorInPlace(n, width, products, signal)) return { width, n, damping: share };
    share = Math.max(share * 10, 1e-6);
  }
  throw new QuantError(
    "ERR_VALUE",
    `${tensor}: expected inputs with a positive definite X^T X, found none up to a damping of ${share / 10}`,
  );
}

/** False if the matrix isn't positive definite. */
async function factorInPlace(
  a: Float64Array,
  width: number,
  products: Products,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (let end = width; end > 0; end -= BLOCK) {
    signal?.throwIfAborted();
    const from = Math.max(0, end - BLOCK);
    if (!factorRows(a, width, from, end)) return false;
    if (from === 0) break;
    const panel = new Float32Array((end - from) * from);
    for (let r = from; r < end; r++) {
      panel.set(a.subarray(r * width, r * width + from), (r - from) * from);
    }
    await addGram(a, width, panel, end - from, from, -1, products);
  }
  return true;
}

function factorRows(a: Float64Array, width: number, from: number, end: number): boolean {
  for (let c = end - 1; c >= from; c--) {
    const pivot = a[c * width + c] as number;
    if (!(pivot > 0) || !Number.isFinite(pivot)) return false;
    const row = a.subarray(c * width, c * width + c + 1);
    const scale = 1 / Math.sqrt(pivot);
    for (let j = 0; j <= c; j++) row[j] = (row[j] as number) * scale;
    for (let i = from; i < c; i++) {
      const factor = row[i] as number;
      if (factor === 0) continue;
      const other = a.subarray(i * width, i * width + i + 1);
      for (let j = 0; j <= i; j++) other[j] = (other[j] as number) - factor * (row[j] as number);
    }
  }
  return true;
}
