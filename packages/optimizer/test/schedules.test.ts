import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, cosine, warmupStableDecay } from "../src/index.js";

const runs = { numRuns: 500, seed: 1 };
const plan = fc
  .record({
    peak: fc.double({ min: 1e-6, max: 10, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    steps: fc.integer({ min: 1, max: 300 }),
    rise: fc.nat(300),
    fall: fc.nat(300),
  })
  .map(({ peak, share, steps, rise, fall }) => {
    const warmup = rise % (steps + 1);
    return { peak, final: peak * share, steps, warmup, decay: fall % (steps - warmup + 1) };
  });

const all = (steps: number, rate: (step: number) => number) =>
  Array.from({ length: steps }, (_, step) => rate(step));

describe.each([
  ["cosine", cosine],
  ["warmupStableDecay", warmupStableDecay],
] as const)("%s", (_, make) => {
  it("rises to the peak, never goes above it or below where it ends, and falls from there on", () => {
    fc.assert(
      fc.property(plan, (options) => {
        const { peak, final, steps, warmup } = options;
        const rates = all(steps, make(options));
        rates.slice(0, warmup).forEach((rate, i) => {
          expect(rate).toBeCloseTo((peak * (i + 1)) / warmup, 12);
        });
        const after = rates.slice(warmup);
        for (const [i, rate] of after.entries()) {
          expect(rate).toBeLessThanOrEqual(peak * (1 + 1e-12));
          expect(rate).toBeGreaterThanOrEqual(final - 1e-12 * peak);
          if (i > 0) expect(rate).toBeLessThanOrEqual((after[i - 1] as number) * (1 + 1e-12));
        }
        expect(make(options)(steps + 1000)).toBe(rates.at(-1));
      }),
      runs,
    );
  });
});

it("a stable part is at the peak, and the decay is a straight line to the end", () => {
  fc.assert(
    fc.property(plan, (options) => {
      const { peak, final, steps, warmup, decay } = options;
      const rates = all(steps, warmupStableDecay(options));
      for (let i = warmup; i < steps - decay; i++) expect(rates[i]).toBe(peak);
      for (let i = Math.max(warmup, steps - decay); i < steps; i++) {
        const expected = peak + ((final - peak) * (i - (steps - decay) + 1)) / decay;
        expect(rates[i]).toBeCloseTo(expected, 9);
      }
    }),
    runs,
  );
});

it("a cosine is half-way in its middle, and ends at its end", () => {
  const rate = cosine({ peak: 2, warmup: 10, steps: 111, final: 1 });
  expect(rate(10)).toBe(2);
  expect(rate(60)).toBeCloseTo(1.5, 12);
  expect(rate(110)).toBe(1);
});

it("constant stays", () => {
  expect(all(5, constant({ peak: 1, warmup: 2 }))).toEqual([0.5, 1, 1, 1, 1]);
});

describe("refused are", () => {
  const code = expect.objectContaining({ name: "TensorError", code: "ERR_ATTRIBUTE" });
  it.each<[string, () => unknown]>([
    ["a peak that is no number", () => constant({ peak: Number.NaN })],
    ["a negative peak", () => cosine({ peak: -1, steps: 5 })],
    ["half a step", () => cosine({ peak: 1, steps: 2.5 })],
    ["no steps", () => warmupStableDecay({ peak: 1, steps: 0 })],
    ["a longer warm-up than the run", () => cosine({ peak: 1, steps: 5, warmup: 6 })],
    ["phases that overlap", () => warmupStableDecay({ peak: 1, steps: 5, warmup: 3, decay: 3 })],
    ["an end above the peak", () => cosine({ peak: 1, steps: 5, final: 2 })],
    ["a step before the first", () => constant({ peak: 1 })(-1)],
  ])("%s", (_, make) => {
    expect(make).toThrow(code);
  });
});
