import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockTypeOf, nearestLevel } from "../../src/blocks/block-type.js";
import { searchScale } from "../../src/blocks/search-scale.js";
import type { BlockDType } from "../../src/index.js";
import { gaussians } from "../support/random.js";

/** The least distance of `value` to a level, by trying all. */
const distance = (levels: Int16Array, value: number): number =>
  Array.from(levels).reduce((least, level) => Math.min(least, Math.abs(level - value)), 1e9);

function cost(
  dtype: BlockDType,
  x: readonly number[],
  weights: Float64Array,
  scale: number,
): number {
  const { levels } = blockTypeOf(dtype);
  return x.reduce((sum, v, j) => {
    const error = scale === 0 ? Math.abs(v) : Math.abs(scale) * distance(levels, v / scale);
    return sum + (weights[j] as number) * error * error;
  }, 0);
}

describe("searchScale", () => {
  it("comes within a few percent of trying hundreds of scales, and beats the largest value's", () => {
    const random = gaussians(3);
    for (const dtype of ["Q4_0", "IQ4_NL"] as const) {
      const { levels } = blockTypeOf(dtype);
      let [searched, best, plain] = [0, 0, 0];
      for (let run = 0; run < 60; run++) {
        const x = Array.from({ length: 32 }, random);
        const weights = Float64Array.from(x, () => random() ** 2 + 0.1);
        const extreme = x.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
        const found = searchScale(blockTypeOf(dtype), Float32Array.from(x), 0, 1, weights);
        const own = cost(dtype, x, weights, found);
        let least = Number.POSITIVE_INFINITY;
        for (let i = 1; i <= 200; i++) {
          for (const sign of [1, -1]) {
            const scale = (sign * (2 * i * extreme)) / (200 * (levels.at(-1) as number));
            least = Math.min(least, cost(dtype, x, weights, scale));
          }
        }
        const absmax = cost(dtype, x, weights, extreme / (levels[0] as number));
        expect(own).toBeLessThanOrEqual(absmax * (1 + 1e-6));
        searched += own;
        best += least;
        plain += absmax;
      }
      expect(searched / best).toBeLessThan(1.03);
      expect(searched / plain).toBeLessThan(0.85);
    }
  });

  it("gives 0 for a group of zeros, and for values that cost nothing", () => {
    const type = blockTypeOf("IQ4_NL");
    expect(searchScale(type, new Float32Array(32), 0, 1, new Float64Array(32).fill(1))).toBe(0);
    expect(searchScale(type, new Float32Array(32).fill(3), 0, 1, new Float64Array(32))).toBe(0);
  });
});

describe("nearestLevel", () => {
  it("is the nearest by trying all", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Q8_0", "Q4_0", "IQ4_NL"),
        fc.double({ min: -400, max: 400, noNaN: true }),
        (dtype, value) => {
          const type = blockTypeOf(dtype as BlockDType);
          const found = Math.abs((type.levels[nearestLevel(type, value)] as number) - value);
          // Values that lie within a table's half of a level's edge may go either way.
          expect(found).toBeLessThanOrEqual(distance(type.levels, value) + 1e-9);
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });
});
