import { evaluate, f32, program, zeros } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import {
  type Coefficients,
  type OrthogonalizeOptions,
  orthogonalize,
  polarExpress,
  quintic,
} from "../src/index.js";

type Matrix = readonly (readonly number[])[];

const wave = (rows: number, columns: number, seed = 1): Matrix =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) =>
      Math.sin(seed + 1.3 * i * i + 0.7 * j + i * j * 0.31),
    ),
  );
const transposed = (a: Matrix): Matrix =>
  (a[0] as number[]).map((_, j) => a.map((row) => row[j] as number));
const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) =>
    transposed(b).map((column) => row.reduce((s, x, k) => s + x * (column[k] as number), 0)),
  );

interface ReferenceOptions {
  readonly steps?: number;
  readonly coefficients?: Coefficients | readonly Coefficients[];
}

/** The iteration as it is written down, in doubles, on the matrix as it stands. */
function reference(a: Matrix, { steps = 5, coefficients = quintic }: ReferenceOptions = {}) {
  const norm = Math.sqrt(a.flat().reduce((s, x) => s + x * x, 0));
  let x = a.map((row) => row.map((v) => v / Math.max(norm, 1e-7)));
  for (let step = 0; step < steps; step++) {
    const gram = times(x, transposed(x));
    const square = times(gram, gram);
    const [p, q, r] = (
      typeof coefficients[0] === "number"
        ? coefficients
        : (coefficients[step] ?? coefficients.at(-1))
    ) as Coefficients;
    const inner = gram.map((row, i) => row.map((g, j) => q * g + r * (square[i]?.[j] as number)));
    const product = times(inner, x);
    x = x.map((row, i) => row.map((v, j) => p * v + (product[i]?.[j] as number)));
  }
  return x;
}

async function found(a: Matrix, options?: OrthogonalizeOptions): Promise<number[]> {
  const spec = { x: f32(a.length, (a[0] as number[]).length) };
  using step = program(spec, ({ x }) => orthogonalize(x, options));
  return [...((await step.run({ x: Float32Array.from(a.flat()) })) as Float32Array)];
}

describe("orthogonalize", () => {
  it.each([
    [5, 5],
    [3, 9],
    [9, 3],
    [1, 6],
    [40, 24],
  ])("of %i by %i is the iteration on the larger side", async (rows, columns) => {
    const a = wave(rows, columns);
    const expected = reference(a).flat();
    for (const [i, x] of (await found(a)).entries())
      expect(x).toBeCloseTo(expected[i] as number, 4);
  });

  it("brings all singular values near 1", async () => {
    const a = wave(6, 10);
    const flat = await found(a);
    const x = a.map((row, i) => flat.slice(i * row.length, (i + 1) * row.length));
    // Gershgorin: the eigenvalues of x x^T lie around its diagonal.
    const gram = times(x, transposed(x));
    const trace = gram.reduce((s, row, i) => s + (row[i] as number), 0);
    expect(trace / 6).toBeGreaterThan(0.5);
    expect(trace / 6).toBeLessThan(1.5);
  });

  it("of a diagonal matrix is the polynomial, again and again, of each of its values", async () => {
    const values = [1, 0.5, 0.25, 0.01];
    const a = values.map((v, i) => values.map((_, j) => (i === j ? v : 0)));
    const flat = await found(a);
    const norm = Math.hypot(...values);
    values.forEach((v, i) => {
      let x = v / norm;
      const [p, q, r] = quintic;
      for (let step = 0; step < 5; step++) x = p * x + q * x ** 3 + r * x ** 5;
      expect(flat[i * values.length + i]).toBeCloseTo(x, 4);
    });
  });

  it.each([
    [5, 5],
    [3, 9],
    [9, 3],
    [1, 6],
    [40, 24],
    [64, 16],
  ])("of %i by %i is the same by way of the Gram matrix", async (rows, columns) => {
    for (const steps of [0, 1, 2, 5, 7]) {
      const a = wave(rows, columns, steps + 3);
      const expected = reference(a, { steps, coefficients: polarExpress }).flat();
      const options = { steps, coefficients: polarExpress };
      for (const form of ["plain", "gram"] as const) {
        for (const [i, x] of (await found(a, { ...options, form })).entries()) {
          expect(Math.abs(x - (expected[i] as number)), `${form} ${steps}`).toBeLessThan(2e-4);
        }
      }
    }
  });

  it("brings all singular values to 1 within what Polar Express promises", async () => {
    // Diagonal, so that its values can be seen.
    const values = [1, 0.5, 0.1, 0.02, 0.003];
    const a = values.map((v, i) => values.map((_, j) => (i === j ? v : 0)));
    for (const form of ["plain", "gram"] as const) {
      for (const [steps, low, high] of [
        [4, 0.42, 1.57],
        [5, 0.84, 1.13],
        [7, 0.9999, 1.0001],
        [9, 0.9999, 1.0001],
      ] as const) {
        const flat = await found(a, { steps, coefficients: polarExpress, form });
        for (const i of values.keys()) {
          expect(flat[i * 6], `${form} ${steps}`).toBeGreaterThan(low);
          expect(flat[i * 6], `${form} ${steps}`).toBeLessThan(high);
        }
      }
    }
  });

  it("of a matrix of low rank stays bounded by way of the Gram matrix", async () => {
    // Zero singular values are those that rounding makes negative squares of.
    const a = times(wave(32, 2), wave(2, 48));
    const flat = await found(a, { steps: 8, coefficients: polarExpress, form: "gram" });
    const length = Math.hypot(...flat);
    expect(length).toBeGreaterThan(Math.sqrt(2) * 0.99);
    expect(length).toBeLessThan(Math.sqrt(2) * 1.05);
  });

  it("of zeros is zeros, and takes other coefficients and numbers of steps", async () => {
    expect(await found([[0, 0]])).toEqual([0, 0]);
    const options = { steps: 9, coefficients: [15 / 8, -10 / 8, 3 / 8] as const };
    const a = wave(4, 6, 2);
    const expected = reference(a, options).flat();
    for (const [i, x] of (await found(a, options)).entries()) {
      expect(x).toBeCloseTo(expected[i] as number, 4);
    }
  });

  it("refuses what is no matrix, and numbers that can't be", async () => {
    const of = (shape: readonly number[], options?: OrthogonalizeOptions) =>
      evaluate(() => orthogonalize(zeros(...(shape as number[])), options));
    await expect(of([3])).rejects.toMatchObject({ code: "ERR_SHAPE" });
    await expect(of([2, 2], { steps: -1 })).rejects.toMatchObject({ code: "ERR_ATTRIBUTE" });
    await expect(of([2, 2], { eps: Number.NaN })).rejects.toMatchObject({ code: "ERR_ATTRIBUTE" });
    for (const wrong of [[], [1, 2], [[1, 2, Number.NaN]], [quintic, [1]]]) {
      const options = { coefficients: wrong as never };
      await expect(of([2, 2], options)).rejects.toMatchObject({ code: "ERR_ATTRIBUTE" });
    }
    const form = "other" as never;
    await expect(of([2, 2], { form })).rejects.toMatchObject({ code: "ERR_ATTRIBUTE" });
  });
});
