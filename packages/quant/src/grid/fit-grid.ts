import { type GridCodes, gridStep, gridStoredBytes } from "@ryanstream/format";
import { QuantError } from "../errors.js";
import type { Factor } from "../numeric/factor.js";
import type { Products } from "../numeric/products.js";
import { transposed } from "../numeric/transpose.js";
import { cancelErrors } from "../rounding/cancel-errors.js";
import { GridRounder } from "./grid-rounder.js";
import { nearestSteps } from "./grid-steps.js";

/** Runs of the rounding for a tensor, and the most until one fits at all. */
const RUNS = 8;
const MOST_RUNS = 24;

export interface GridInput {
  readonly name: string;
  /** A column after the other: `[k, n]`. */
  readonly weights: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly factor?: Factor | undefined;
  /** What steps of columns are proportional to. */
  readonly stepShape: Float64Array;
  /** What the steps of rows are multiplied with, float16 each. Absent: 1. */
  readonly rowScales?: Float32Array | undefined;
  readonly products: Products;
  readonly signal?: AbortSignal | undefined;
}

export interface FittedGrid {
  readonly grid: GridCodes;
  readonly bits: number;
  /** `e^T H e`. */
  readonly cost: number;
}

/**
 * The grid whose stored size is at most `bits` per weight, and at least `bits - slack` where that can be had: rounding
 * is run with steps that come closer and closer.
 *
 * @throws QuantError `ERR_BUDGET` for so few bits that not even steps are held by them
 */
export async function fitGrid(input: GridInput, bits: number, slack: number): Promise<FittedGrid> {
  // Logarithms of scales: too many bits at `low`, few enough at `high`.
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let log = Math.log2(firstScale(input, bits));
  let best: FittedGrid | undefined;
  for (let run = 0; run < (best === undefined ? MOST_RUNS : RUNS); run++) {
    const found = await roundAt(input, 2 ** log);
    if (found.bits <= bits) {
      if (best === undefined || found.bits > best.bits) best = found;
      if (found.bits >= bits - slack) break;
      high = Math.min(high, log);
    } else low = Math.max(low, log);
    // Steps of twice the size save about a bit; the middle of what is allowed is aimed at.
    const next = log + (found.bits - (bits - slack / 2));
    const bracketed = Number.isFinite(low) && Number.isFinite(high);
    log = bracketed && !(next > low && next < high) ? (low + high) / 2 : next;
  }
  if (best !== undefined) return best;
  throw new QuantError(
    "ERR_BUDGET",
    `${input.name}: expected bits enough to hold its steps, found ${bits.toFixed(3)} per weight`,
  );
}

async function roundAt(input: GridInput, scale: number): Promise<FittedGrid> {
  const { rows, columns, stepShape, rowScales, name } = input;
  const steps = nearestSteps(stepShape, scale);
  const values = Float32Array.from(steps.index, (place) => gridStep(steps.base, place));
  const rounder = new GridRounder(rows, values, name, rowScales);
  const cost = await cancelErrors(rounder, input);
  const codes = transposed(rounder.codes, columns, rows);
  const scales = rowScales === undefined ? {} : { rowScales };
  const grid: GridCodes = { shape: [rows, columns], codes, steps, ...scales };
  return { grid, bits: (8 * gridStoredBytes(grid)) / (rows * columns), cost };
}

/** Where a Gaussian of each column's spread would have these bits on average. */
function firstScale({ weights, rows, columns, stepShape }: GridInput, bits: number): number {
  let sum = 0;
  let live = 0;
  for (let c = 0; c < columns; c++) {
    let square = 0;
    for (let r = 0; r < rows; r++) square += (weights[c * rows + r] as number) ** 2;
    if (square === 0) continue;
    sum +=
      0.5 * Math.log2((2 * Math.PI * Math.E * square) / rows) - Math.log2(stepShape[c] as number);
    live++;
  }
  return live === 0 ? 1 : 2 ** (sum / live - (bits * columns) / live);
}
