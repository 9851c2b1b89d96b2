import { gridStep } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
import { type FittedGrid, fitGrid } from "../../src/grid/fit-grid.js";
import { gridValues } from "../../src/grid/grid-steps.js";
import { factorHessian } from "../../src/numeric/factor.js";
import { Products } from "../../src/numeric/products.js";
import { transposed } from "../../src/numeric/transpose.js";
import { gaussians, skewedGram } from "../support/random.js";

const [rows, columns] = [128, 96];
const w = Float32Array.from({ length: rows * columns }, gaussians(2));

async function fitted(
  products: Products,
  bits: number,
  shape: "uniform" | "waterfilled",
  seed = 5,
): Promise<FittedGrid> {
  const h = skewedGram(columns, 300, seed);
  const factor = await factorHessian(h, columns, products, { damping: 0.01, tensor: "w" });
  const stepShape = Float64Array.from({ length: columns }, (_, c) =>
    shape === "uniform" ? 1 : 1 / (factor.n[c * columns + c] as number),
  );
  const weights = transposed(w, rows, columns);
  return fitGrid({ name: "w", weights, rows, columns, factor, stepShape, products }, bits, 0.02);
}

describe("fitGrid", () => {
  it("stays within the bits that it is given, and takes nearly all", async () => {
    using products = new Products();
    for (const bits of [1.7, 2.5, 4, 6.3]) {
      const found = await fitted(products, bits, "waterfilled");
      expect(found.bits).toBeLessThanOrEqual(bits);
      expect(found.bits).toBeGreaterThan(bits - 0.021);
    }
  });

  it("wastes less on columns that matter little: no more error than equal steps at equal size", async () => {
    using products = new Products();
    for (const seed of [5, 6, 7]) {
      for (const bits of [2.5, 4]) {
        const own = await fitted(products, bits, "waterfilled", seed);
        const equal = await fitted(products, bits, "uniform", seed);
        expect(own.cost).toBeLessThan(0.9 * equal.cost);
      }
    }
  });

  it("keeps zeros zero", async () => {
    using products = new Products();
    const stepShape = new Float64Array(columns).fill(1);
    const weights = new Float32Array(rows * columns);
    const { grid } = await fitGrid(
      { name: "w", weights, rows, columns, stepShape, products },
      4,
      0.02,
    );
    expect(grid.codes.every((code) => code === 0)).toBe(true);
  });

  it("stops when it is told to", async () => {
    using products = new Products();
    const stepShape = new Float64Array(columns).fill(1);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(
      fitGrid({ name: "w", weights: w, rows, columns, stepShape, products, signal }, 4, 0.1),
    ).rejects.toThrow("enough");
  });
});

it("makes values of codes as the format says", () => {
  const steps = { base: Math.fround(0.1), index: Uint8Array.of(0, 8, 3) };
  expect(gridStep(steps.base, 8)).toBe(Math.fround(0.2));
  const grid = {
    shape: [2, 3] as const,
    codes: Int32Array.of(1, -2, 3, 0, 5, -6),
    steps,
    rowScales: Float32Array.of(1, 0.5),
  };
  const expected = Array.from(grid.codes, (code, i) =>
    Math.fround(
      Math.fround(code * gridStep(steps.base, steps.index[i % 3] as number)) * (i < 3 ? 1 : 0.5),
    ),
  );
  expect([...gridValues(grid)]).toEqual(expected);
});
