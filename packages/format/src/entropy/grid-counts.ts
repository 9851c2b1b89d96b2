// Counts of a grid's codes, for the choice of its scales and tables: natively where that is
// installed, to the same numbers.

import type { GridCodes } from "./grid-codes.js";
import { CENTER, ESCAPE, TABLES } from "./grid-tables.js";
import { ESCAPE_BITS, scaleAt, shiftOf, ZERO_COLUMN, zigzag } from "./grid-tokens.js";
import { nativeCoder } from "./native.js";

/** Costs are in this part of a bit. */
export const UNIT = 65536;

/** Bits of an escaped rest, in units of 2^-16, besides its token. */
export const escapeCost = (rest: number): number =>
  UNIT * (2 * (31 - Math.clz32((zigzag(rest) >>> ESCAPE_BITS) + 1)) + 1 + ESCAPE_BITS);

/** Codes u of columns from `first` on, at 256 * column + u + CENTER; what is beyond 127 as escapes. */
export function countColumns(
  { shape: [n, k], codes }: GridCodes,
  first: number,
  counts: Uint32Array,
): void {
  const coder = nativeCoder();
  if (coder !== undefined) {
    coder.countColumns(codes, k, first, counts);
    return;
  }
  const columns = counts.length / 256;
  for (let r = 0; r < n; r++) {
    for (let c = 0, i = r * k + first; c < columns; c++, i++) {
      const token = (codes[i] as number) + CENTER;
      const at = 256 * c + (token > 0 && token < 256 ? token : ESCAPE);
      counts[at] = (counts[at] as number) + 1;
    }
  }
}

/** For each row, over columns, the sum of magnitudes times `inverse`, none above 8: no single code may decide. */
export function sumRows({ shape: [n, k], codes }: GridCodes, inverse: Float64Array): Float64Array {
  const sums = new Float64Array(n);
  const coder = nativeCoder();
  if (coder !== undefined) {
    coder.sumRows(codes, k, inverse, sums);
    return sums;
  }
  for (let r = 0, i = 0; r < n; r++) {
    let sum = 0;
    for (let c = 0; c < k; c++, i++) {
      sum += Math.min(8, Math.abs(codes[i] as number) * (inverse[c] as number));
    }
    sums[r] = sum;
  }
  return sums;
}

/** For each table, how often each rest from -127 to 127 occurs; larger ones are counted in `costs`. */
export interface Counts {
  readonly rests: Float64Array;
  /** Of each table: how many are larger, and bits of their escapes. */
  readonly larger: Float64Array;
  readonly costs: Float64Array;
  /** Low bits that are stored as they are. */
  readonly shifted: number;
}

/** Counts the codes of all columns but those of zeros, by the table that each element has. */
export function countTables(
  grid: GridCodes,
  scales: Uint8Array,
  offsets: Int8Array | undefined,
): Counts {
  const [n, k] = grid.shape;
  const rests = new Float64Array(TABLES * 256);
  const larger = new Float64Array(TABLES);
  const costs = new Float64Array(TABLES);
  const coder = nativeCoder();
  if (coder !== undefined) {
    const shifted = coder.countTables(grid.codes, k, scales, offsets, rests, larger, costs);
    return { rests, larger, costs, shifted };
  }
  let shifted = 0;
  for (let r = 0, i = 0; r < n; r++) {
    const offset = offsets === undefined ? 0 : (offsets[r] as number);
    for (let c = 0; c < k; c++, i++) {
      const column = scales[c] as number;
      if (column === ZERO_COLUMN) continue;
      const scale = scaleAt(column, offset);
      const shift = shiftOf(scale);
      const table = scale - 4 * shift;
      const rest = (grid.codes[i] as number) >> shift;
      shifted += shift;
      const token = rest + CENTER;
      if (token > 0 && token < 256) {
        rests[256 * table + token] = (rests[256 * table + token] as number) + 1;
      } else {
        larger[table] = (larger[table] as number) + 1;
        costs[table] = (costs[table] as number) + escapeCost(rest);
      }
    }
  }
  return { rests, larger, costs, shifted };
}
