import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateChoices, allocateRates } from "../../src/rates/allocate.js";

const bounds = { least: 1.5, most: 8 };
const tensors = fc.array(
  fc.record({
    weights: fc.integer({ min: 10, max: 1000 }),
    price: fc.double({ min: 1e-6, max: 100, noNaN: true }),
  }),
  { minLength: 1, maxLength: 6 },
);
const costOf = (list: readonly { price: number }[], rates: readonly number[]) =>
  list.reduce((sum, { price }, i) => sum + price * 4 ** -(rates[i] as number), 0);

describe("allocateRates", () => {
  it("spends the budget, within bounds, and no exchange of bits between two tensors is better", () => {
    fc.assert(
      fc.property(tensors, fc.double({ min: 1.6, max: 7.9, noNaN: true }), (list, average) => {
        const all = list.reduce((sum, { weights }) => sum + weights, 0);
        const rates = allocateRates(list, average * all, bounds);
        const used = rates.reduce((sum, rate, i) => sum + rate * (list[i]?.weights ?? 0), 0);
        expect(used).toBeLessThanOrEqual(average * all * (1 + 1e-9));
        expect(used).toBeGreaterThan(average * all * 0.9999);
        for (const rate of rates) expect(rate >= 1.5 && rate <= 8).toBe(true);
        const cost = costOf(list, rates);
        for (let i = 0; i < list.length; i++) {
          for (let j = 0; j < list.length; j++) {
            const other = rates.slice();
            const moved = 0.5 * Math.min(...list.map(({ weights }) => weights));
            other[i] = (other[i] as number) + moved / (list[i]?.weights ?? 1);
            other[j] = (other[j] as number) - moved / (list[j]?.weights ?? 1);
            if (i === j || (other[i] as number) > 8 || (other[j] as number) < 1.5) continue;
            expect(costOf(list, other)).toBeGreaterThanOrEqual(cost * (1 - 1e-9));
          }
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it("gives all tensors of equal price per weight the same rate", () => {
    const rates = allocateRates(
      [
        { weights: 10, price: 10 },
        { weights: 30, price: 30 },
      ],
      160,
      bounds,
    );
    for (const rate of rates) expect(rate).toBeCloseTo(4, 6);
  });

  it("refuses a budget below the least", () => {
    expect(() => allocateRates([{ weights: 10, price: 1 }], 14, bounds)).toThrow(
      expect.objectContaining({ code: "ERR_BUDGET" }),
    );
  });

  it("copes with tensors that cost nothing", () => {
    const rates = allocateRates(
      [
        { weights: 10, price: 0 },
        { weights: 10, price: 1 },
      ],
      60,
      bounds,
    );
    expect(rates[0]).toBe(1.5);
    expect(rates[1]).toBeCloseTo(4.5, 5);
  });
});

describe("allocateChoices", () => {
  it("takes the upgrades that save most divergence a byte", () => {
    const choices = (kl: number, bytes: number) => [
      { value: "small", bytes, kl },
      { value: "large", bytes: 2 * bytes, kl: 0 },
    ];
    expect(allocateChoices([choices(1, 100), choices(5, 100), choices(2, 100)], 500)).toEqual([
      "small",
      "large",
      "large",
    ]);
    expect(() => allocateChoices([choices(1, 100)], 99)).toThrow(
      expect.objectContaining({ code: "ERR_BUDGET" }),
    );
  });

  it("isn't misled by a tensor whose choices are alike, wherever it stands", () => {
    const alike = ["small", "large"].map((value) => ({ value, bytes: 100, kl: 0 }));
    const choices = (kl: number) => [
      { value: "small", bytes: 100, kl },
      { value: "large", bytes: 200, kl: 0 },
    ];
    expect(allocateChoices([choices(1), alike, choices(5), alike, choices(2)], 700)).toEqual([
      "small",
      "large",
      "large",
      "large",
      "large",
    ]);
  });
});
