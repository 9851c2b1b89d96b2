import type { Products } from "../numeric/products.js";
import type { MatrixInputs } from "./matrix-inputs.js";

/** Rows that stand for all: a share of a sum over rows needs no more. */
const ROWS = 256;

/**
 * The squared error of a matrix's outputs over the squares of its outputs, on the calibration; without one, of its
 * weights. For large matrices an estimate from rows at even distances.
 */
export async function relativeError(
  values: Float32Array,
  result: Float32Array,
  [rows, columns]: readonly [number, number],
  inputs: MatrixInputs | undefined,
  products: Products,
): Promise<number> {
  const every = Math.ceil(rows / ROWS);
  const count = Math.ceil(rows / every);
  const sample = new Float32Array(count * columns);
  const errors = new Float32Array(count * columns);
  for (let i = 0; i < count; i++) {
    for (let c = 0, from = i * every * columns, to = i * columns; c < columns; c++, from++, to++) {
      sample[to] = values[from] as number;
      errors[to] = (values[from] as number) - (result[from] as number);
    }
  }
  const energy = async (x: Float32Array) =>
    inputs === undefined
      ? squares(x)
      : (await inputs.energies(x, count, products)).reduce((sum, row) => sum + row, 0);
  const whole = await energy(sample);
  return whole === 0 ? 0 : (await energy(errors)) / whole;
}

function squares(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) ** 2;
  return sum;
}
