// Columns are rounded one after the other, and what each is wrong by is made up for by those after it: successive
// cancellation, which is GPTQ (arXiv 2210.17323) and Babai's nearest plane. With H = N^T N the cost of errors e of a
// row is |N e|^2, and the term of column c vanishes where its value is w[c] + sum over j < c of N[c, j] e[j] / N[c, c].

import type { Factor } from "../numeric/factor.js";
import type { Products } from "../numeric/products.js";

/** Columns whose mutual corrections are applied one by one; those of earlier blocks come as one product. */
const BLOCK = 128;

/** Rounds columns of n values. */
export interface ColumnRounder {
  /** Where the groups end, ascending; the last is the number of columns. A group's targets are seen whole first. */
  readonly ends: readonly number[];
  /** A group's turn: targets `[end - from, n]` as they are before its own errors. */
  begin?(from: number, end: number, targets: Float32Array): void;
  /** Writes what column `c` becomes. */
  round(c: number, target: Float32Array, rounded: Float32Array): void;
}

export interface CancelOptions {
  /** The weights, a column after the other: `[k, n]`. */
  readonly weights: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** Absent: each column by itself. */
  readonly factor?: Factor | undefined;
  readonly products: Products;
  readonly signal?: AbortSignal | undefined;
}

/** @returns the cost of the errors, `e^T H e` summed over rows; without a factor, H is the identity */
export async function cancelErrors(
  rounder: ColumnRounder,
  { weights, rows, columns, factor, products, signal }: CancelOptions,
): Promise<number> {
  const errors = factor === undefined ? undefined : new Float32Array(rows * columns);
  const rounded = new Float32Array(rows);
  let cost = 0;
  let group = 0;
  for (let from = 0; from < columns; ) {
    signal?.throwIfAborted();
    const first = group;
    while ((rounder.ends[group] as number) - from < BLOCK && group + 1 < rounder.ends.length) {
      group++;
    }
    const end = rounder.ends[group++] as number;
    const targets = weights.slice(from * rows, end * rows);
    if (factor !== undefined && errors !== undefined && from > 0) {
      await addEarlier(targets, errors, factor, rows, from, end, products);
    }
    for (let g = first, start = from; g < group; g++) {
      const stop = rounder.ends[g] as number;
      rounder.begin?.(start, stop, targets.subarray((start - from) * rows, (stop - from) * rows));
      for (let c = start; c < stop; c++) {
        const target = targets.subarray((c - from) * rows, (c - from + 1) * rows);
        rounder.round(c, target, rounded);
        const price = factor === undefined ? 1 : (factor.n[c * columns + c] as number) ** 2;
        cost += price * squaredDistance(target, rounded);
        if (factor === undefined || errors === undefined) continue;
        const error = errors.subarray(c * rows, (c + 1) * rows);
        const own = weights.subarray(c * rows, (c + 1) * rows);
        for (let r = 0; r < rows; r++) error[r] = (own[r] as number) - (rounded[r] as number);
        for (let later = c + 1; later < end; later++) {
          const share = ratio(factor, later, c);
          if (share !== 0) addScaled(targets, (later - from) * rows, error, share);
        }
      }
      start = stop;
    }
    from = end;
  }
  return cost;
}

const ratio = ({ n, width }: Factor, row: number, column: number): number =>
  (n[row * width + column] as number) / (n[row * width + row] as number);

async function addEarlier(
  targets: Float32Array,
  errors: Float32Array,
  factor: Factor,
  rows: number,
  from: number,
  end: number,
  products: Products,
): Promise<void> {
  const shares = new Float32Array((end - from) * from);
  for (let c = from, at = 0; c < end; c++) {
    for (let j = 0; j < from; j++, at++) shares[at] = ratio(factor, c, j);
  }
  const earlier = errors.subarray(0, from * rows);
  const sums = await products.plain(shares, earlier, end - from, from, rows);
  for (let i = 0; i < targets.length; i++) {
    targets[i] = (targets[i] as number) + (sums[i] as number);
  }
}

function addScaled(to: Float32Array, at: number, x: Float32Array, scale: number): void {
  for (let r = 0; r < x.length; r++) {
    to[at + r] = (to[at + r] as number) + scale * (x[r] as number);
  }
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
