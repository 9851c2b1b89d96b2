// Which scale each column and row of a grid gets, and which tables the matrix has: what makes
// all bytes together the fewest, as far as counts of the codes tell.

import { costTable, frequenciesOf, SCALE } from "./frequencies.js";
import type { GridCodes } from "./grid-codes.js";
import { type Counts, countTables, escapeCost, UNIT } from "./grid-counts.js";
import { columnScales, rowOffsets } from "./grid-scales.js";
import { CENTER, ESCAPE, SHAPES, spreadTable, spreadTables, TABLES } from "./grid-tables.js";
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
  const scales = columnScales(grid);
  const offsets = rowOffsets(grid, scales);
  const counts = countTables(grid, scales, offsets);
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
