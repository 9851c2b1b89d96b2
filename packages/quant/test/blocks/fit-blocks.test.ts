import { dequantize, quantize } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
import { fitBlocks } from "../../src/blocks/fit-blocks.js";
import { Products } from "../../src/numeric/products.js";
import { transposed } from "../../src/numeric/transpose.js";
import { gaussians } from "../support/random.js";

const [rows, columns] = [24, 128];
const random = gaussians(8);
const heavy = Float32Array.from(
  { length: rows * columns },
  (_, i) => random() * (i % columns === 37 ? 12 : 1),
);
const flat = new Float64Array(columns).fill(1);

const squaredError = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + (x - (b[i] as number)) ** 2, 0);

describe("fitBlocks", () => {
  it("gives bytes of the type, whose error is what it says and less than the largest value's scales", async () => {
    using products = new Products();
    for (const dtype of ["Q4_0", "IQ4_NL", "Q8_0"] as const) {
      const weights = transposed(heavy, rows, columns);
      const { bytes, cost } = await fitBlocks("w", dtype, flat, 0, {
        weights,
        rows,
        columns,
        products,
      });
      const error = squaredError(heavy, dequantize(dtype, bytes));
      expect(cost / error).toBeCloseTo(1, 4);
      if (dtype !== "IQ4_NL") {
        const plain = squaredError(heavy, dequantize(dtype, quantize(dtype, heavy)));
        expect(error).toBeLessThan(plain);
      }
    }
  });

  it("holds the costliest columns in 8 bits beside, and both together are the matrix", async () => {
    using products = new Products();
    const weights = transposed(heavy, rows, columns);
    const options = { weights, rows, columns, products };
    const without = await fitBlocks("w", "IQ4_NL", flat, 0, options);
    const { bytes, outliers, cost } = await fitBlocks("w", "IQ4_NL", flat, 2, options);
    expect(outliers?.columns).toContain(37);
    expect(outliers?.width).toBe(32);
    const values = dequantize("IQ4_NL", bytes);
    const beside = dequantize("Q8_0", outliers?.bytes as Uint8Array);
    for (let r = 0; r < rows; r++) {
      outliers?.columns.forEach((c, i) => {
        values[r * columns + c] =
          (values[r * columns + c] as number) + (beside[r * 32 + i] as number);
      });
      expect(beside.subarray(r * 32 + 2, r * 32 + 32).every((x) => x === 0)).toBe(true);
    }
    expect(squaredError(heavy, values) / cost).toBeCloseTo(1, 4);
    expect(cost).toBeLessThan(0.5 * without.cost);
  });

  it.each([0, 8])(
    "refuses scales that float16 can't hold, naming the tensor, with %i columns beside",
    async (count) => {
      using products = new Products();
      const weights = new Float32Array(32).fill(1);
      weights.fill(1e9, 0, 8);
      await expect(
        fitBlocks("layers.1.w", "IQ4_NL", flat.slice(0, 32), count, {
          weights,
          rows: 1,
          columns: 32,
          products,
        }),
      ).rejects.toMatchObject({
        code: "ERR_VALUE",
        message: expect.stringContaining("layers.1.w"),
      });
    },
  );
});
