// A grid's codes as tokens, and the bits beside them. A column's scale s says which table codes
// it and how many of the code's low bits are stored as they are.

import { CENTER, ESCAPE, TABLES } from "./grid-tables.js";

/** Scales are from 0 to this; scale s is a spread of 2^(s/4 - 2). */
export const MOST_SCALE = 95;

/** Stands for the scale of a column of zeros, which nothing is stored for. */
export const ZERO_COLUMN = 255;

/** Low bits that are stored as they are, so that what is left has a spread below 32. */
export const shiftOf = (scale: number): number => (scale < TABLES ? 0 : (scale - TABLES + 4) >> 2);

export const tableOf = (scale: number): number => scale - 4 * shiftOf(scale);

/** The scale of an element: its column's, moved by its row. */
export const scaleAt = (column: number, offset: number): number =>
  Math.min(MOST_SCALE, Math.max(0, column + offset));

/** The token of what is left after the shift, {@link ESCAPE} where the table lacks it. */
export function tokenOf(rest: number, freqs: Uint16Array, base: number): number {
  const token = rest + CENTER;
  return token > 0 && token < 256 && (freqs[base + token] as number) > 0 ? token : ESCAPE;
}

/** Signed to unsigned: 0, -1, 1, -2, … */
export const zigzag = (x: number): number => (x << 1) ^ (x >> 31);
export const unzigzag = (x: number): number => (x >>> 1) ^ -(x & 1);

/** Bits below the Elias gamma code of an escaped code. */
export const ESCAPE_BITS = 4;
/** Zeros that such a code begins with at most: codes are below 2^20. */
export const MOST_ZEROS = 17;
