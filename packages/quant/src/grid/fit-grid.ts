import type { Factor } from "../numeric/factor.js";
import type { Products } from "../numeric/products.js";
import { transposed } from "../numeric/transpose.js";
import { cancelErrors } from "../rounding/cancel-errors.js";
import type { GridCodes, GridSteps } from "./grid-codes.js";
import { GridRounder } from "./grid-rounder.js";
import { gridStep, nearestSteps } from "./grid-steps.js";
import { estimatedBits } from "./stored-bits.js";

/** Runs of the rounding per tensor, at most. */
const RUNS = 8;

export interface GridInput {
  readonly name: string;
  /** A column after the other: `[k, n]`. */
  readonly weights: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly factor?: Factor | undefined;
  /** What steps of columns are proportional to. */
  readonly stepShape: Float64Array;
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
 */
export async function fitGrid(input: GridInput, bits: number, slack: number): Promise<FittedGrid> {
  const { rows, columns } = input;
  // By halves of a doubling: more bits than asked for below `low`, fewer above `high`.
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let log = Math.log2(firstScale(input, bits));
  let best: (Rounded & { readonly bits: number }) | undefined;
  for (let run = 0; run < RUNS || best === undefined; run++) {
    const rounded = await round(input, 2 ** log);
    const found = estimatedBits(rounded.codes, rows, columns) / (rows * columns);
    const fits = found <= bits;
    if (fits && (best === undefined || found > best.bits)) best = { ...rounded, bits: found };
    if (fits && found >= bits - slack) break;
    if (fits) high = Math.min(high, log);
    else low = Math.max(low, log);
    if (run > 60 && best === undefined) break;
    // A doubling of steps saves about one bit; aim at the middle of what is allowed.
    const next = log + (found - (bits - slack / 2));
    const inside = next > low && next < high;
    log = inside ? next : Number.isFinite(low + high) ? (low + high) / 2 : next;
  }
  if (best === undefined) throw new Error("unreachable: steps grow until all codes are zeros");
  const { steps, codes, cost } = best;
  const grid: GridCodes = {
    shape: [rows, columns],
    codes: transposed(codes, columns, rows),
    steps,
  };
  return { grid, bits: best.bits, cost };
}

interface Rounded {
  readonly steps: GridSteps;
  readonly codes: Int32Array;
  readonly cost: number;
}

async function round(input: GridInput, scale: number): Promise<Rounded> {
  const { rows, columns, stepShape, name } = input;
  const steps = nearestSteps(stepShape, scale);
  const values = Float32Array.from({ length: columns }, (_, c) => gridStep(steps, c));
  const rounder = new GridRounder(rows, values, name);
  const cost = await cancelErrors(rounder, input);
  return { steps, codes: rounder.codes, cost };
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
