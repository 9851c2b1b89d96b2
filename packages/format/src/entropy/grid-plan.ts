// Which scale each column and row of a grid gets, and which tables the matrix has: what makes
// all bytes together the fewest, as far as counts of the codes tell.

import { costTable, frequenciesOf, SCALE } from "./frequencies.js";
import type { GridCodes } from "./grid-codes.js";
import { CENTER, ESCAPE, SHAPES, spreadTable, spreadTables, TABLES } from "./grid-tables.js";
import { ESCAPE_BITS, MOST_SCALE, scaleAt, shiftOf, ZERO_COLUMN, zigzag } from "./grid-tokens.js";
import { tableBytes } from "./table-code.js";

export interface GridPlan {
  /** One a column; ZERO_COLUMN for zeros. */
  readonly scales: Uint8Array;
  /** One a row, added to the columns' scales; absent where they would gain nothing. */
  readonly offsets: Int8Array | undefined;
  readonly shape: number;
  /** TABLES tables of 256 frequencies. */
  readonly freqs: Uint16Array;
  /** Which of them are written out. */
  readonly explicit: readonly number[];
  /** What the tokens and the bits beside them take, in bytes, as counted. */
  readonly payload: number;
}

const UNIT = 65536;

/** Bits of an escaped rest, in units of 2^-16, besides its token. */
const escapeCost = (rest: number): number =>
  UNIT * (2 * (31 - Math.clz32((zigzag(rest) >>> ESCAPE_BITS) + 1)) + 1 + ESCAPE_BITS);

/** Mean magnitude of codes for each scale without shift, by the tables of shape 0. */
const meanMagnitudes = (): Float64Array =>
  Float64Array.from({ length: TABLES }, (_, t) => {
    const freqs = spreadTable(t, 0);
    let sum = 0;
    for (let u = 1; u < 128; u++) sum += 2 * u * (freqs[CENTER + u] as number);
    return sum / SCALE;
  });

/** The scale whose mean magnitude is nearest, in octaves, to `mean` > 0. */
function scaleOfMean(mean: number, means: Float64Array): number {
  const top = means[TABLES - 1] as number;
  if (mean >= top) return Math.min(MOST_SCALE, TABLES - 1 + Math.round(4 * Math.log2(mean / top)));
  let t = 0;
  while (mean * mean > (means[t] as number) * (means[t + 1] as number)) t++;
  return t;
}

const magnitudeOf = (scale: number, means: Float64Array): number =>
  scale < TABLES
    ? (means[scale] as number)
    : (means[TABLES - 1] as number) * 2 ** ((scale - TABLES + 1) / 4);

/** Columns whose codes are counted at a time. */
const BLOCK = 2048;

/** The scale under which each column's codes cost least. */
function columnScales({ shape: [n, k], codes }: GridCodes, means: Float64Array): Uint8Array {
  const scales = new Uint8Array(k);
  const counts = new Uint32Array(256 * Math.min(k, BLOCK));
  const costs = Array.from({ length: TABLES }, (_, t) => tokenCosts(t));
  for (let first = 0; first < k; first += BLOCK) {
    const columns = Math.min(BLOCK, k - first);
    counts.fill(0);
    for (let r = 0; r < n; r++) {
      for (let c = 0, i = r * k + first; c < columns; c++, i++) {
        const token = (codes[i] as number) + CENTER;
        const at = 256 * c + (token > 0 && token < 256 ? token : ESCAPE);
        counts[at] = (counts[at] as number) + 1;
      }
    }
    for (let c = 0; c < columns; c++) {
      const own = counts.subarray(256 * c, 256 * c + 256);
      if (own[CENTER] === n) scales[first + c] = ZERO_COLUMN;
      else if ((own[ESCAPE] as number) * 16 > n) {
        scales[first + c] = scaleOfMean(trimmedMean(codes, first + c, n, k), means);
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
function trimmedMean(codes: Int32Array, column: number, n: number, k: number): number {
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
    mean = sum / count;
    most = 4 * mean;
  }
  return mean;
}

/** Steps of each row's spread against its columns', if they save more than they cost. */
function rowOffsets(
  { shape: [n, k], codes }: GridCodes,
  scales: Uint8Array,
  means: Float64Array,
): Int8Array | undefined {
  const inverse = Float64Array.from(scales, (scale) =>
    scale === ZERO_COLUMN ? 0 : 1 / magnitudeOf(scale, means),
  );
  const active = inverse.reduce((count, x) => count + (x > 0 ? 1 : 0), 0);
  if (active === 0) return undefined;
  const offsets = new Int8Array(n);
  let gain = 0;
  for (let r = 0, i = 0; r < n; r++) {
    let sum = 0;
    for (let c = 0; c < k; c++, i++) {
      // No single code may decide.
      sum += Math.min(8, Math.abs(codes[i] as number) * (inverse[c] as number));
    }
    const octaves = Math.log2(Math.max(sum / active, 2 ** -8));
    const offset = Math.max(-32, Math.min(32, Math.round(4 * octaves)));
    offsets[r] = offset;
    // Of a bell coded as one that is d times as wide, in bits: about 1.44 ln(d)^2.
    gain += active * 1.44 * (0.1733 * offset) ** 2;
  }
  return gain > 3 * n + 160 ? offsets : undefined;
}

/** For each table, how often each rest from -127 to 127 occurs; larger ones are counted in `costs`. */
interface Counts {
  readonly rests: Float64Array;
  /** Of each table: how many are larger, and bits of their escapes. */
  readonly larger: Float64Array;
  readonly costs: Float64Array;
  /** Low bits that are stored as they are. */
  readonly shifted: number;
}

function count(grid: GridCodes, scales: Uint8Array, offsets: Int8Array | undefined): Counts {
  const [n, k] = grid.shape;
  const rests = new Float64Array(TABLES * 256);
  const larger = new Float64Array(TABLES);
  const costs = new Float64Array(TABLES);
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

/** Cost of a table's codes under frequencies, in units of 2^-16 bits. */
function cost(counts: Counts, t: number, freqs: Uint16Array): number {
  const bits = costTable();
  const escaped = bits[freqs[ESCAPE] as number] as number;
  let sum = (counts.costs[t] as number) + (counts.larger[t] as number) * escaped;
  for (let token = 1; token < 256; token++) {
    const times = counts.rests[256 * t + token] as number;
    if (times === 0) continue;
    const freq = freqs[token] as number;
    sum += times * (freq > 0 ? (bits[freq] as number) : escaped + escapeCost(token - CENTER));
  }
  return sum;
}

/** Frequencies from the counts themselves: a code that is too rare for 1 of SCALE is escaped. */
function explicitTable(counts: Counts, t: number): Uint16Array {
  const own = counts.rests.slice(256 * t, 256 * t + 256);
  const total = own.reduce((sum, times) => sum + times, 0) + (counts.larger[t] as number);
  let escapes = counts.larger[t] as number;
  for (let token = 1; token < 256; token++) {
    const times = own[token] as number;
    if (times * SCALE * 2 < total) {
      escapes += times;
      own[token] = 0;
    }
  }
  own[ESCAPE] = Math.max(1, escapes);
  return frequenciesOf(own);
}

export function planGrid(grid: GridCodes): GridPlan {
  const means = meanMagnitudes();
  const scales = columnScales(grid, means);
  const offsets = rowOffsets(grid, scales, means);
  const counts = count(grid, scales, offsets);
  const used = Array.from({ length: TABLES }, (_, t) => t).filter(
    (t) =>
      (counts.larger[t] as number) > 0 ||
      counts.rests.subarray(256 * t, 256 * t + 256).some((times) => times > 0),
  );
  // An explicit table is the same whatever the shape, so each is made once.
  const own = used.map((t) => {
    const freqs = explicitTable(counts, t);
    return { freqs, cost: cost(counts, t, freqs) + 8 * UNIT * (tableBytes(freqs) + 1) };
  });
  const plans = SHAPES.map((_, shape) => {
    const freqs = spreadTables(shape);
    const explicit: number[] = [];
    let sum = 0;
    used.forEach((t, i) => {
      const made = spreadTable(t, shape);
      const asMade = cost(counts, t, made);
      const written = own[i] as { freqs: Uint16Array; cost: number };
      if (written.cost < asMade) explicit.push(t);
      if (written.cost < asMade) freqs.set(written.freqs, 256 * t);
      sum += Math.min(written.cost, asMade);
    });
    return { shape, freqs, explicit, sum };
  });
  const best = plans.reduce((a, b) => (b.sum < a.sum ? b : a));
  const tables = best.explicit.reduce((sum, t) => {
    return sum + tableBytes(best.freqs.subarray(256 * t, 256 * t + 256)) + 1;
  }, 0);
  const payload = (best.sum + UNIT * counts.shifted) / (8 * UNIT) - tables;
  return {
    scales,
    offsets,
    shape: best.shape,
    freqs: best.freqs,
    explicit: best.explicit,
    payload,
  };
}
