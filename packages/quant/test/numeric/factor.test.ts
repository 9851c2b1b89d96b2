import { describe, expect, it } from "vitest";
import { factorHessian } from "../../src/numeric/factor.js";
import { Products } from "../../src/numeric/products.js";
import { skewedGram } from "../support/random.js";

const diagonal = (h: Float64Array, width: number): number[] =>
  Array.from({ length: width }, (_, c) => h[c * width + c] as number);

/** `N^T N`, full. */
function square(n: Float64Array, width: number): Float64Array {
  const h = new Float64Array(width * width);
  for (let c = 0; c < width; c++) {
    for (let i = 0; i <= c; i++) {
      for (let j = 0; j <= c; j++) {
        h[i * width + j] =
          (h[i * width + j] as number) +
          (n[c * width + i] as number) * (n[c * width + j] as number);
      }
    }
  }
  return h;
}

describe("factorHessian", () => {
  it("gives N with N^T N = H + damping", async () => {
    using products = new Products();
    for (const width of [1, 2, 63, 64, 65, 130]) {
      const h = skewedGram(width, 3 * width, width);
      const own = await factorHessian(h, width, products, { damping: 0.01, tensor: "w" });
      const mean = diagonal(h, width).reduce((a, b) => a + b) / width;
      expect(own.damping).toBe(0.01);
      const again = square(own.n, width);
      for (let i = 0; i < width * width; i++) {
        const expected = (h[i] as number) + (i % (width + 1) === 0 ? 0.01 * mean : 0);
        expect(Math.abs((again[i] as number) - expected)).toBeLessThan(3e-6 * mean * width);
      }
    }
  });

  it("gives columns without input the median of the diagonal", async () => {
    using products = new Products();
    const h = new Float64Array(25);
    h.set([1], 0);
    h.set([4], 12);
    h.set([100], 18);
    const { n } = await factorHessian(h, 5, products, { damping: 0, tensor: "w" });
    expect(Array.from({ length: 5 }, (_, c) => (n[c * 6] as number) ** 2)).toEqual([
      1, 4, 4, 100, 4,
    ]);
  });

  it("raises the damping until a singular matrix has a factor", async () => {
    using products = new Products();
    const width = 40;
    const h = skewedGram(width, 3, 5);
    const { damping, n } = await factorHessian(h, width, products, { damping: 0, tensor: "w" });
    expect(damping).toBeGreaterThan(0);
    expect(n.every((x, i) => i % width > Math.floor(i / width) || Number.isFinite(x))).toBe(true);
  });

  it("refuses a matrix that no damping makes positive definite, naming the tensor", async () => {
    using products = new Products();
    const h = Float64Array.of(1, 0, 1e30, 1);
    await expect(
      factorHessian(h, 2, products, { damping: 0.01, tensor: "layers.3.w" }),
    ).rejects.toMatchObject({
      code: "ERR_VALUE",
      message: expect.stringContaining("layers.3.w"),
    });
  });

  it("stops when it is told to", async () => {
    using products = new Products();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(
      factorHessian(skewedGram(8, 9, 1), 8, products, { damping: 0, tensor: "w", signal }),
    ).rejects.toThrow("enough");
  });
});
