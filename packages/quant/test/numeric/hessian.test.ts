import { expect, it } from "vitest";
import { Hessian } from "../../src/numeric/hessian.js";
import { Products } from "../../src/numeric/products.js";
import { gaussians } from "../support/random.js";

it("sums X^T X over blocks of rows and panels of columns", async () => {
  using products = new Products();
  for (const [rows, width] of [
    [1, 1],
    [700, 5],
    [40, 600],
  ] as const) {
    const random = gaussians(rows);
    const x = Float32Array.from({ length: rows * width }, random);
    const hessian = new Hessian(width);
    await hessian.add(x, rows, products);
    for (let i = 0; i < width; i += 7) {
      for (let j = 0; j <= i; j += 5) {
        let sum = 0;
        for (let r = 0; r < rows; r++)
          sum += (x[r * width + i] as number) * (x[r * width + j] as number);
        expect(hessian.sum[i * width + j]).toBeCloseTo(sum, 3);
      }
    }
  }
});

it("says which tensor's inputs aren't finite, and that there are none", async () => {
  using products = new Products();
  const hessian = new Hessian(3);
  expect(() => hessian.check("up")).toThrow(/up: expected calibration tokens/);
  await hessian.add(Float32Array.of(1, Number.NaN, 2), 1, products);
  expect(() => hessian.check("up")).toThrow(/up: expected finite inputs/);
});
