import { expect, it } from "vitest";
import { GridRounder } from "../../src/grid/grid-rounder.js";
import { factorHessian } from "../../src/numeric/factor.js";
import { Products } from "../../src/numeric/products.js";
import { transposed } from "../../src/numeric/transpose.js";
import { cancelErrors } from "../../src/rounding/cancel-errors.js";
import { gaussians, skewedGram } from "../support/random.js";

/** The inverse by Gauss and Jordan. */
function inverse(h: Float64Array, k: number): Float64Array {
  const a = h.slice();
  const b = new Float64Array(k * k);
  for (let i = 0; i < k; i++) b[i * k + i] = 1;
  for (let p = 0; p < k; p++) {
    const pivot = a[p * k + p] as number;
    for (let j = 0; j < k; j++) {
      a[p * k + j] = (a[p * k + j] as number) / pivot;
      b[p * k + j] = (b[p * k + j] as number) / pivot;
    }
    for (let i = 0; i < k; i++) {
      const f = a[i * k + p] as number;
      if (i === p || f === 0) continue;
      for (let j = 0; j < k; j++) {
        a[i * k + j] = (a[i * k + j] as number) - f * (a[p * k + j] as number);
        b[i * k + j] = (b[i * k + j] as number) - f * (b[p * k + j] as number);
      }
    }
  }
  return b;
}

/** GPTQ as its paper says it: round, spread the error by the inverse, take the column out of the inverse. */
function textbook(w: Float64Array, h: Float64Array, k: number, step: number): number[] {
  const targets = w.slice();
  const hi = inverse(h, k);
  const codes: number[] = [];
  for (let c = 0; c < k; c++) {
    const code = Math.round((targets[c] as number) / step);
    codes.push(code);
    const d = hi[c * k + c] as number;
    const error = ((targets[c] as number) - code * step) / d;
    for (let j = c + 1; j < k; j++) {
      targets[j] = (targets[j] as number) - error * (hi[c * k + j] as number);
    }
    for (let i = c + 1; i < k; i++) {
      const f = (hi[i * k + c] as number) / d;
      for (let j = c + 1; j < k; j++) {
        hi[i * k + j] = (hi[i * k + j] as number) - f * (hi[c * k + j] as number);
      }
    }
  }
  return codes;
}

it("rounds as GPTQ by the explicit inverse does, and says what the errors cost", async () => {
  using products = new Products();
  for (const [rows, columns, seed] of [
    [1, 1, 1],
    [3, 40, 2],
    [2, 160, 3],
  ] as const) {
    const h = skewedGram(columns, 2 * columns + 2, seed);
    let mean = 0;
    for (let c = 0; c < columns; c++) mean += (h[c * columns + c] as number) / columns;
    const factor = await factorHessian(h, columns, products, { damping: 0.01, tensor: "w" });
    for (let c = 0; c < columns; c++) {
      h[c * columns + c] = (h[c * columns + c] as number) + 0.01 * mean;
    }
    const w = Float32Array.from({ length: rows * columns }, gaussians(seed));
    const step = 0.25;
    const rounder = new GridRounder(rows, new Float32Array(columns).fill(step), "w");
    const weights = transposed(w, rows, columns);
    const cost = await cancelErrors(rounder, { weights, rows, columns, factor, products });
    let expected = 0;
    let different = 0;
    for (let r = 0; r < rows; r++) {
      const row = Float64Array.from(w.subarray(r * columns, (r + 1) * columns));
      const codes = textbook(row, h, columns, step);
      const own = codes.map((_, c) => rounder.codes[c * rows + r] as number);
      // What lies halfway may fall either way, and then all that follows.
      different += codes.filter((code, c) => code !== own[c]).length;
      const e = own.map((code, c) => (row[c] as number) - code * step);
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < columns; j++) {
          expected += (e[i] as number) * (h[i * columns + j] as number) * (e[j] as number);
        }
      }
    }
    expect(different).toBeLessThanOrEqual(columns > 100 ? 4 : 0);
    expect(cost / expected).toBeCloseTo(1, 3);
  }
});

it("costs less than rounding each column by itself", async () => {
  using products = new Products();
  const [rows, columns] = [16, 200];
  const h = skewedGram(columns, 500, 9);
  const factor = await factorHessian(h, columns, products, { damping: 0.001, tensor: "w" });
  const w = Float32Array.from({ length: rows * columns }, gaussians(4));
  const weights = transposed(w, rows, columns);
  const make = () => new GridRounder(rows, new Float32Array(columns).fill(0.5), "w");
  const fed = await cancelErrors(make(), { weights, rows, columns, factor, products });
  const alone = make();
  await cancelErrors(alone, { weights, rows, columns, products });
  let cost = 0;
  for (let r = 0; r < rows; r++) {
    const e = Array.from(
      { length: columns },
      (_, c) => (w[r * columns + c] as number) - 0.5 * (alone.codes[c * rows + r] as number),
    );
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++)
        cost += (e[i] as number) * (h[i * columns + j] as number) * (e[j] as number);
    }
  }
  expect(fed).toBeLessThan(0.7 * cost);
});
