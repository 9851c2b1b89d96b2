// How much codes take when they are coded by the entropy of columns of like spread: an estimate of what the format
// stores, for searching steps.

import { transposed } from "../numeric/transpose.js";
import type { GridCodes } from "./grid-codes.js";

/** Classes of spread per doubling. */
const CLASSES = 2;
/** Bits for a symbol of a frequency table, and for what a class has besides. */
const TABLE_SYMBOL = 10;
const CLASS_HEAD = 64;
/** Magnitudes that are counted one by one; rarer ones cost an escape of this many bits. */
const COUNTED = 2048;
const ESCAPE = 32;

/** Bytes of a grid. */
export function gridBytes({ shape: [n, k], codes }: GridCodes): number {
  return Math.ceil(estimatedBits(transposed(codes, n, k), n, k) / 8);
}

/** Bits of codes `[k, n]`, with their steps. */
export function estimatedBits(codes: Int32Array, rows: number, columns: number): number {
  const classes = new Map<number, Uint32Array>();
  let bits = 8 * columns + 256;
  for (let c = 0; c < columns; c++) {
    const column = codes.subarray(c * rows, (c + 1) * rows);
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += Math.abs(column[r] as number);
    if (sum === 0) continue;
    const key = Math.round(CLASSES * Math.log2(sum / rows + 0.05));
    const counts = classes.get(key) ?? new Uint32Array(2 * COUNTED + 1);
    classes.set(key, counts);
    for (let r = 0; r < rows; r++) {
      const code = column[r] as number;
      if (code > COUNTED || code < -COUNTED) bits += ESCAPE;
      else counts[code + COUNTED] = (counts[code + COUNTED] as number) + 1;
    }
  }
  for (const counts of classes.values()) bits += CLASS_HEAD + entropyBits(counts);
  return bits;
}

function entropyBits(counts: Uint32Array): number {
  let total = 0;
  let weighted = 0;
  let symbols = 0;
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    weighted += count * Math.log2(count);
    symbols++;
  }
  return total === 0 ? 0 : total * Math.log2(total) - weighted + TABLE_SYMBOL * symbols;
}
