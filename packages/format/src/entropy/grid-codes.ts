import { FormatError } from "../errors.js";
import { bitsOfFloat, halfOfFloatBits, halfTable } from "../quantization/float-bits.js";
import { type GridSteps, gridStep } from "./grid-step.js";

/**
 * A matrix on a grid: `W[r, c] = fround(fround(codes[r * k + c] * gridStep(c)) * rowScales[r])`.
 */
export interface GridCodes {
  /** Rows and columns: n, k. */
  readonly shape: readonly [number, number];
  /** Row-major, each below 2^20 in magnitude. */
  readonly codes: Int32Array;
  readonly steps: GridSteps;
  /** One a row, each exactly a float16; absent: 1. */
  readonly rowScales?: Float32Array;
}

/** A grid's codes are below this in magnitude. */
export const MOST_CODE = 2 ** 20;

/** Columns of a grid at most. */
export const MOST_COLUMNS = 2 ** 24;

const refused = (expected: string, found: unknown) =>
  new FormatError("ERR_ARGUMENT", { expected, found });

/** float16 bits of the scales of all rows; undefined where there are none. */
export function scaleBits(rowScales: Float32Array | undefined): Uint16Array | undefined {
  if (rowScales === undefined) return undefined;
  const floats = halfTable();
  return Uint16Array.from(rowScales, (scale, r) => {
    const bits = bitsOfFloat(scale);
    const half = halfOfFloatBits(bits);
    if (floats[half] !== bits || !Number.isFinite(scale)) {
      throw refused("finite float16 values as row scales", `${scale} for row ${r}`);
    }
    return half;
  });
}

/** @throws FormatError `ERR_ARGUMENT` for what a grid can't be. */
export function checkGrid({ shape, codes, steps, rowScales }: GridCodes): void {
  const [n, k] = shape;
  const count = (x: number, most: number) => Number.isInteger(x) && x >= 0 && x <= most;
  if (!count(n, 2 ** 32 - 1) || !count(k, MOST_COLUMNS) || n * k > 2 ** 40) {
    throw refused("a shape of at most 2^32 - 1 rows and 2^24 columns", shape);
  }
  if (codes.length !== n * k) throw refused(`${n * k} codes`, codes.length);
  if (steps.index.length !== k) throw refused(`${k} steps`, steps.index.length);
  if (rowScales !== undefined && rowScales.length !== n) {
    throw refused(`${n} row scales`, rowScales.length);
  }
  if (Math.fround(steps.base) !== steps.base) throw refused("a float32 as base", steps.base);
  for (let c = 0; c < k; c++) {
    const step = gridStep(steps.base, steps.index[c] as number);
    if (!Number.isFinite(step)) throw refused("finite steps", `${step} for column ${c}`);
  }
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (code >= MOST_CODE || code <= -MOST_CODE) {
      throw refused("codes below 2^20 in magnitude", `${code} in row ${Math.floor(i / k)}`);
    }
  }
}
