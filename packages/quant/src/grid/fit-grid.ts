import type { Factor } from "../numeric/factor.js";
import type { Products } from "../numeric/products.js";
import { transposedBack } from "../numeric/transpose.js";
import { cancelErrors } from "../rounding/cancel-errors.js";
import type { GridCodes, GridSteps } from "./grid-codes.js";
import { GridRounder } from "./grid-rounder.js";
import { gridStep, nearestSteps } from "./grid-steps.js";
import { estimatedBits } from "./stored-bits.js";

/** Runs of the rounding per tensor, at most. */
const RUNS = 8;

export interface GridInput {
  readonly name: string;
  /** Columns in the order of the work: `[k, n]`. */
  readonly weights: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly factor?: Factor | undefined;
  /** Column of the matrix for each column of the work; absent: the same. */
  readonly order?: Int32Array | undefined;
  /** What steps of columns are proportional to, in the order of the work. */
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
  return { grid: inOrder(input, steps, codes), bits: best.bits, cost };
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

function inOrder(
  { rows, columns, order }: GridInput,
  steps: GridSteps,
  codes: Int32Array,
): GridCodes {
  const index = new Uint8Array(columns);
  for (let c = 0; c < columns; c++) {
    index[order === undefined ? c : (order[c] as number)] = steps.index[c] as number;
  }
  return {
    shape: [rows, columns],
    codes: transposedBack(codes, rows, columns, order),
    steps: { base: steps.base, index },
  };
}
