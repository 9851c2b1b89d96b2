// The nucleus, to the bit, against sorting everything.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidates, weigh } from "../src/generation/candidates.js";
import { nucleus } from "../src/generation/nucleus.js";
import { quickNucleus } from "../src/generation/quick-nucleus.js";
import { sampleToken } from "../src/index.js";

const seed = 20260204;

/** The definition: the heaviest first, of equals the lowest ids, until they have the share. */
function naive({ ids, weights }: Candidates, share: number): { ids: number[]; weights: number[] } {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const order = Array.from(weights, (weight, i) => ({ weight, i }));
  order.sort((a, b) => b.weight - a.weight || a.i - b.i);
  let reached = 0;
  const kept = order.filter(({ weight }) => {
    const wanted = reached < share * sum;
    reached += weight;
    return wanted;
  });
  const places = kept.map(({ i }) => i).sort((a, b) => a - b);
  return {
    ids: places.map((i) => ids[i] as number),
    weights: places.map((i) => weights[i] as number),
  };
}

const plain = ({ ids, weights }: Candidates) => ({ ids: [...ids], weights: [...weights] });
const mostOf = (logits: Float32Array) => logits.reduce((a, b) => Math.max(a, b), -Infinity);

const logit = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -4, max: 4 }) }, // equal ones
  { weight: 3, arbitrary: fc.float({ min: -30, max: 30, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300 }).map((n) => 5 + n * 2 ** -20) }, // nearly equal
  { weight: 1, arbitrary: fc.constantFrom(-Infinity, -3e38, -1000) },
);
const row = fc
  .array(logit, { minLength: 1, maxLength: 300, size: "max" })
  .map((all) => Float32Array.from(all))
  .filter((all) => mostOf(all) > -Infinity);
const share = fc.oneof(
  fc.double({ min: 1e-3, max: 1 - 1e-3, noNaN: true }),
  fc.constantFrom(1e-300, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999999, 1 - 2 ** -40),
);
/** So near to 1 that rounding decides which of the lightest are kept. */
const anyShare = fc.oneof(share, fc.constantFrom(1 - 2 ** -50, 1 - 2 ** -53));
const temperature = fc.constantFrom(1e-320, 1e-6, 0.1, 0.7, 1, 1.3, 50, 1e300);

it("is that of the definition", () => {
  fc.assert(
    fc.property(row, temperature, share, (logits, t, p) => {
      const all = weigh(logits, mostOf(logits), t);
      expect(plain(nucleus(all, p))).toEqual(naive(all, p));
    }),
    { seed, numRuns: 1500 },
  );
});

describe("the quick way", () => {
  it("gives the same, or says that it can't", () => {
    let told = 0;
    fc.assert(
      fc.property(row, temperature, anyShare, (logits, t, p) => {
        const most = mostOf(logits);
        const quick = quickNucleus(logits, most, t, p);
        if (quick === undefined) return;
        told++;
        expect(plain(quick)).toEqual(plain(nucleus(weigh(logits, most, t), p)));
      }),
      { seed, numRuns: 4000 },
    );
    expect(told).toBeGreaterThan(1000);
  });

  it("says so where rounding decides", () => {
    // A half of four equal weights: the sum reaches it exactly.
    expect(quickNucleus(new Float32Array(4), 0, 1, 0.5)).toBeUndefined();
    expect(quickNucleus(new Float32Array(4), 0, 1, 0.6)?.ids).toHaveLength(3);
  });

  it.each([
    ["as a model gives them", 2.5, 22],
    ["of many possible tokens", 2, 12],
    ["of a model without an opinion", 0.3, 0],
  ])("is the one that is taken for a large vocabulary, %s", (_, deviation, peak) => {
    const logits = largeRow(deviation, peak);
    const most = mostOf(logits);
    for (const [t, p] of [
      [0.8, 0.95],
      [1, 0.5],
      [0.6, 0.9],
    ] as const) {
      const expected = naive(weigh(logits, most, t), p);
      const found = quickNucleus(logits, most, t, p);
      expect(found !== undefined && plain(found)).toEqual(expected);
      for (const random of [0, 0.3, 0.77, 1 - 2 ** -53]) {
        const options = { temperature: t, topP: p };
        expect(sampleToken(logits, options, random)).toBe(drawn(expected, random));
      }
    }
  });
});

/** The token that a random number falls on, in the order of ids. */
function drawn({ ids, weights }: { ids: number[]; weights: number[] }, random: number): number {
  const target = random * weights.reduce((all, weight) => all + weight, 0);
  let sum = 0;
  const at = weights.findIndex((weight) => {
    sum += weight;
    return sum > target;
  });
  return ids.at(at) as number;
}

/** 152,000 logits of a normal distribution, and some that stand out. */
function largeRow(deviation: number, peak: number): Float32Array {
  let state = 7;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const logits = Float32Array.from({ length: 152_000 }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return deviation * radius * Math.cos(2 * Math.PI * uniform());
  });
  for (let i = 0; i < 40; i++) logits[Math.floor(uniform() * logits.length)] = peak - 0.35 * i;
  return logits;
}
