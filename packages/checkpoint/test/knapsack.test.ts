// The knapsack against every choice there is.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Option } from "../src/evaluate.js";
import { type Knapsack, leastPeak, solveKnapsack } from "../src/knapsack.js";
import { unbeaten } from "../src/options.js";

const small = fc.integer({ min: 0, max: 12 });
const option = fc
  .record({ cost: small, freed: small, peak: fc.integer({ min: 10, max: 40 }) })
  .map((o): Option => ({ ...o, dropped: [], isHeld: [] }));
const knapsack = fc
  .array(fc.array(option, { minLength: 1, maxLength: 4 }), { maxLength: 4 })
  .chain((layers) =>
    fc
      .array(fc.integer({ min: 0, max: 40 }), {
        minLength: layers.length + 1,
        maxLength: layers.length + 1,
      })
      .map((between): Knapsack => ({ layers, between })),
  );

function every({ layers, between }: Knapsack): { cost: number; peak: number }[] {
  let all = [{ cost: 0, freed: 0, peak: between[0] as number }];
  for (const [k, options] of layers.entries()) {
    all = all.flatMap((s) =>
      options.map((o) => {
        const freed = s.freed + o.freed;
        const after = (between[k + 1] as number) - freed;
        return { cost: s.cost + o.cost, freed, peak: Math.max(s.peak, o.peak - s.freed, after) };
      }),
    );
  }
  return all;
}

describe("the knapsack", () => {
  it("gives the cheapest choice within every budget, or none where there is none", () => {
    fc.assert(
      fc.property(knapsack, fc.integer({ min: 0, max: 60 }), (problem, budget) => {
        const fitting = every(problem).filter((s) => s.peak <= budget);
        const found = solveKnapsack(problem, budget);
        if (fitting.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        expect(found?.cost).toBe(Math.min(...fitting.map((s) => s.cost)));
        expect(found?.peak).toBeLessThanOrEqual(budget);
        expect(found?.isExact).toBe(true);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it("finds the smallest budget that has a solution", () => {
    fc.assert(
      fc.property(knapsack, (problem) => {
        expect(leastPeak(problem)).toBe(Math.min(...every(problem).map((s) => s.peak)));
      }),
      { seed: 8, numRuns: 1000 },
    );
  });

  it("doesn't miss what leaving out beaten options could take away", () => {
    fc.assert(
      fc.property(knapsack, fc.integer({ min: 0, max: 60 }), (problem, budget) => {
        const thinned = { ...problem, layers: problem.layers.map(unbeaten) };
        expect(solveKnapsack(thinned, budget)?.cost).toBe(solveKnapsack(problem, budget)?.cost);
      }),
      { seed: 9, numRuns: 1000 },
    );
  });
});
