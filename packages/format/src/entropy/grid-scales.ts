// The scale of each column and the offset of each row.

import { costTable, SCALE } from "./frequencies.js";
import type { GridCodes } from "./grid-codes.js";
import { countColumns, escapeCost, sumRows } from "./grid-counts.js";
import { CENTER, ESCAPE, spreadTable, TABLES } from "./grid-tables.js";
import { MOST_SCALE, ZERO_COLUMN } from "./grid-tokens.js";

/** Mean magnitude of codes for each scale without shift, by the tables of shape 0. */
const means = Float64Array.from({ length: TABLES }, (_, t) => {
  const freqs = spreadTable(t, 0);
  let sum = 0;
  for (let u = 1; u < 128; u++) sum += 2 * u * (freqs[CENTER + u] as number);
  return sum / SCALE;
});

/** The scale whose mean magnitude is nearest, in octaves, to `mean` > 0. */
function scaleOfMean(mean: number): number {
  const top = means[TABLES - 1] as number;
  if (mean >= top) return Math.min(MOST_SCALE, TABLES - 1 + Math.round(4 * Math.log2(mean / top)));
  let t = 0;
  while (mean * mean > (means[t] as number) * (means[t + 1] as number)) t++;
  return t;
}

const magnitudeOf = (scale: number): number =>
  scale < TABLES
    ? (means[scale] as number)
    : (means[TABLES - 1] as number) * 2 ** ((scale - TABLES + 1) / 4);

/** Columns whose codes are counted at a time. */
const BLOCK = 2048;

/** The scale under which each column's codes cost least. */
export function columnScales(grid: GridCodes): Uint8Array {
  const [n, k] = grid.shape;
  const scales = new Uint8Array(k);
  const costs = Array.from({ length: TABLES }, (_, t) => tokenCosts(t));
  for (let first = 0; first < k; first += BLOCK) {
    const columns = Math.min(BLOCK, k - first);
    const counts = new Uint32Array(256 * columns);
    countColumns(grid, first, counts);
    for (let c = 0; c < columns; c++) {
      const own = counts.subarray(256 * c, 256 * c + 256);
      if (own[CENTER] === n) scales[first + c] = ZERO_COLUMN;
      else if ((own[ESCAPE] as number) * 16 > n) {
        scales[first + c] = scaleOfMean(trimmedMean(grid, first + c));
      } else scales[first + c] = cheapest(own, costs);
    }
  }
  return scales;
}

/** Bits of each token of a table, in units of 2^-16, with a bit of tail so that outliers don't decide. */
function tokenCosts(t: number): Float64Array {
  const freqs = spreadTable(t, 1);
  const bits = costTable();
  const escaped = bits[freqs[ESCAPE] as number] as number;
  return Float64Array.from(freqs, (freq, token) => {
    if (token === ESCAPE) return escaped + escapeCost(1024);
    return freq > 0 ? (bits[freq] as number) : escaped + escapeCost(token - CENTER);
  });
}

function cheapest(counts: Uint32Array, costs: readonly Float64Array[]): number {
  let first = 0;
  let end = 256;
  while (counts[first] === 0) first++;
  while (counts[end - 1] === 0) end--;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  costs.forEach((cost, t) => {
    let sum = 0;
    for (let token = first; token < end; token++) {
      sum += (counts[token] as number) * (cost[token] as number);
    }
    if (sum < least) {
      least = sum;
      best = t;
    }
  });
  return best;
}

/** Mean magnitude of a column without what is four times as large, twice over. */
function trimmedMean({ shape: [n, k], codes }: GridCodes, column: number): number {
  let most = Number.POSITIVE_INFINITY;
  let mean = 0;
  for (let pass = 0; pass < 3; pass++) {
    let sum = 0;
    let count = 0;
    for (let r = 0, i = column; r < n; r++, i += k) {
      const size = Math.abs(codes[i] as number);
      if (size > most) continue;
      sum += size;
      count++;
    }
    // Where that is a large part they are no outliers.
    if (count < n - (n >> 4)) break;
    mean = sum / count;
    most = 4 * mean;
  }
  return mean;
}

/** Steps of each row's spread against its columns', if they save more than they cost. */
export function rowOffsets(grid: GridCodes, scales: Uint8Array): Int8Array | undefined {
  const inverse = Float64Array.from(scales, (scale) =>
    scale === ZERO_COLUMN ? 0 : 1 / magnitudeOf(scale),
  );
  const active = inverse.reduce((count, x) => count + (x > 0 ? 1 : 0), 0);
  if (active === 0) return undefined;
  const [n] = grid.shape;
  const offsets = new Int8Array(n);
  let gain = 0;
  sumRows(grid, inverse).forEach((sum, r) => {
    const octaves = Math.log2(Math.max(sum / active, 2 ** -8));
    const offset = Math.max(-32, Math.min(32, Math.round(4 * octaves)));
    offsets[r] = offset;
    // Of a bell coded as one that is d times as wide, in bits: about 1.44 ln(d)^2.
    gain += active * 1.44 * (0.1733 * offset) ** 2;
  });
  return gain > 3 * n + 160 ? offsets : undefined;
}
