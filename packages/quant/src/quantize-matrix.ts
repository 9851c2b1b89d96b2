// One matrix, one profile: from float32 to what is stored, and the values that this gives.

import { dequantize, gridStoredBytes, quantize } from "@ryanstream/format";
import { GROUP } from "./blocks/block-type.js";
import { fitBlocks } from "./blocks/fit-blocks.js";
import type { MatrixInputs } from "./calibration/matrix-inputs.js";
import { relativeError } from "./calibration/relative-error.js";
import { ensure } from "./errors.js";
import { fitGrid } from "./grid/fit-grid.js";
import { gridValues } from "./grid/grid-steps.js";
import type { Factor } from "./numeric/factor.js";
import type { Products } from "./numeric/products.js";
import { transposed } from "./numeric/transpose.js";
import type { MatrixPlan } from "./plan.js";
import type { BytesTensor, GridTensor, QuantizedTensor } from "./quantized-tensor.js";
import { blockValues } from "./tensor-values.js";

export interface QuantizedMatrix {
  readonly tensors: readonly QuantizedTensor[];
  /** What the tensors stand for. */
  readonly values: Float32Array;
  readonly bytes: number;
  readonly encoding: string;
  readonly outliers: number;
  /** Relative squared error, weighted by the Hessian. */
  readonly error: number | undefined;
}

export interface MatrixJob {
  readonly plan: MatrixPlan;
  readonly shape: readonly [number, number];
  /** `[n, k]` */
  readonly values: Float32Array;
  /** What it multiplies; absent: data-free. */
  readonly inputs?: MatrixInputs | undefined;
  /** `file`: how coarse the steps of rows are, float16 each. Absent: all alike. */
  readonly rowScales?: Float32Array | undefined;
  readonly feedback: boolean;
  readonly outlierColumns: number;
  /** Bits per weight that a grid may stay below what is asked for. */
  readonly slack: number;
  readonly products: Products;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How many columns of a matrix are held in 8 bits beside it: what is asked for, and as many more as fit into the last of
 * their groups, but not more than a quarter of all.
 */
export function outliersOf(
  dtype: MatrixPlan["dtype"],
  [, columns]: readonly [number, number],
  share: number,
): number {
  if (dtype === undefined || dtype === "Q8_0" || columns % GROUP !== 0) return 0;
  const asked = Math.round(share * columns);
  const whole = Math.ceil(asked / GROUP) * GROUP;
  return Math.min(whole, Math.max(asked, Math.floor(columns / 4)));
}

/** @throws QuantError `ERR_VALUE` for NaN and infinity */
export function checkFinite(name: string, values: Float32Array, columns: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i] as number)) continue;
    const place = `row ${Math.floor(i / columns)}, column ${i % columns}`;
    ensure(
      false,
      "ERR_VALUE",
      () => `${name}: expected finite weights, found ${values[i]} in ${place}`,
    );
  }
}

export function quantizeMatrix(job: MatrixJob): Promise<QuantizedMatrix> {
  checkFinite(job.plan.name, job.values, job.shape[1]);
  return job.plan.profile === "file" ? onGrid(job) : onBlocks(job);
}

async function onGrid(job: MatrixJob): Promise<QuantizedMatrix> {
  const { plan, shape, values, inputs, products, signal } = job;
  const [rows, columns] = shape;
  const factor = job.feedback ? await inputs?.factor() : undefined;
  const stepShape = new Float64Array(columns).fill(1);
  if (factor !== undefined) {
    for (let c = 0; c < columns; c++) stepShape[c] = 1 / (factor.n[c * columns + c] as number);
  } else if (inputs !== undefined) {
    const prices = inputs.prices();
    for (let c = 0; c < columns; c++) stepShape[c] = 1 / Math.sqrt(prices[c] as number);
  }
  const weights = transposed(values, rows, columns);
  const options = { weights, rows, columns, factor, products, signal };
  const fitted = await fitGrid(
    { ...options, name: plan.name, stepShape, rowScales: job.rowScales },
    plan.bits,
    job.slack,
  );
  const tensor: GridTensor = {
    profile: "file",
    name: plan.name,
    dtype: "BF16",
    shape,
    grid: fitted.grid,
  };
  const result = gridValues(fitted.grid);
  return {
    tensors: [tensor],
    values: result,
    bytes: gridStoredBytes(fitted.grid),
    encoding: "grid",
    outliers: 0,
    error: await relativeError(values, result, shape, inputs, products),
  };
}

async function onBlocks(job: MatrixJob): Promise<QuantizedMatrix> {
  const { plan, shape, values, inputs, products, signal } = job;
  const { name, profile } = plan;
  const [rows, columns] = shape;
  const dtype = plan.dtype ?? "Q8_0";
  if (columns % GROUP !== 0) return kept(job);
  const weights = transposed(values, rows, columns);
  const outlierCount = outliersOf(dtype, shape, job.outlierColumns);
  const factor = job.feedback ? await inputs?.factor() : undefined;
  const prices = pricesOf(columns, inputs, factor);
  const options = { weights, rows, columns, factor, products, signal };
  const { bytes, outliers } = await fitBlocks(name, dtype, prices, outlierCount, options);
  const tensors: BytesTensor[] = [{ profile, name, dtype, shape, data: bytes }];
  if (outliers !== undefined) {
    const places = outliers.columns;
    tensors.push(
      {
        profile,
        name: `${name}.outlier_columns`,
        dtype: "I32",
        shape: [places.length],
        data: new Uint8Array(places.buffer, places.byteOffset, places.byteLength),
      },
      {
        profile,
        name: `${name}.outliers`,
        dtype: "Q8_0",
        shape: [rows, outliers.width],
        data: outliers.bytes,
      },
    );
  }
  const result = blockValues(tensors);
  return {
    tensors,
    values: result,
    bytes: tensors.reduce((sum, { data }) => sum + data.byteLength, 0),
    encoding: dtype,
    outliers: outliers?.columns.length ?? 0,
    error: await relativeError(values, result, shape, inputs, products),
  };
}

/** What an error of each column costs: where later columns make up for it, what they can't. */
function pricesOf(
  columns: number,
  inputs: MatrixInputs | undefined,
  factor: Factor | undefined,
): Float64Array {
  if (factor === undefined) return inputs?.prices() ?? new Float64Array(columns).fill(1);
  return Float64Array.from(
    { length: columns },
    (_, c) => (factor.n[c * columns + c] as number) ** 2,
  );
}

/** Rows that groups don't divide stay in 16 bits. */
async function kept(job: MatrixJob): Promise<QuantizedMatrix> {
  const data = quantize("BF16", job.values);
  const { profile, name } = job.plan;
  const values = dequantize("BF16", data);
  return {
    tensors: [{ profile, name, dtype: "BF16", shape: job.shape, data }],
    values,
    bytes: data.byteLength,
    encoding: "BF16",
    outliers: 0,
    error: await relativeError(job.values, values, job.shape, job.inputs, job.products),
  };
}
