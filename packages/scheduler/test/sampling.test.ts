// Choosing a token, against the definitions written out.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { philox4x32 } from "../src/generation/philox.js";
import { logProbability, type SamplingOptions, sampleToken, uniform } from "../src/index.js";
import { code } from "./support/engines.js";

const seed = 20260203;

/** Sorts everything, and applies each filter as its documentation says. */
function naive(logits: Float32Array, options: SamplingOptions): Map<number, number> {
  const { temperature = 1, topK = 0, topP = 1, minP = 0 } = options;
  const most = Math.max(...logits);
  let kept = Array.from(logits, (logit, id) => ({
    id,
    weight: Math.exp((logit - most) / temperature),
  }));
  kept.sort((a, b) => (logits[b.id] as number) - (logits[a.id] as number) || a.id - b.id);
  if (topK > 0) kept = kept.slice(0, topK);
  const total = () => kept.reduce((sum, { weight }) => sum + weight, 0);
  if (topP < 1) {
    const enough = topP * total();
    kept.sort((a, b) => b.weight - a.weight || a.id - b.id); // logits may differ by less than weights can
    let sum = 0;
    kept = kept.filter(({ weight }) => {
      const wanted = sum < enough * (1 - 1e-12);
      sum += weight;
      return wanted;
    });
  }
  kept = kept.filter(({ weight }) => weight >= minP && weight > 0);
  const all = total();
  return new Map(kept.map(({ id, weight }) => [id, weight / all]));
}

const logit = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.float({ min: -20, max: 20, noNaN: true }),
  fc.constant(-Infinity),
);
const row = fc
  .array(logit, { minLength: 1, maxLength: 60 })
  .filter((all) => all.some((x) => x > -Infinity))
  .map((all) => Float32Array.from(all));
const options = fc.record({
  temperature: fc.constantFrom(0.3, 1, 2.5),
  topK: fc.integer({ min: 0, max: 20 }),
  topP: fc.constantFrom(0.05, 0.31, 0.5, 0.777, 0.93, 1),
  minP: fc.constantFrom(0, 0, 0.01, 0.2, 1),
});

describe("sampleToken", () => {
  it("draws each token for as large a part of the random numbers as its probability", () => {
    fc.assert(
      fc.property(row, options, (logits, how) => {
        const expected = naive(logits, how);
        const draws = 400;
        const counts = new Map<number, number>();
        for (let i = 0; i < draws; i++) {
          const token = sampleToken(logits, how, (i + 0.5) / draws);
          counts.set(token, (counts.get(token) ?? 0) + 1);
        }
        for (const token of counts.keys()) expect(expected.has(token), `token ${token}`).toBe(true);
        for (const [token, probability] of expected) {
          const share = (counts.get(token) ?? 0) / draws;
          expect(Math.abs(share - probability)).toBeLessThanOrEqual(1.01 / draws);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  it("is greedy at temperature 0: the largest, of equals the lowest id", () => {
    expect(sampleToken(Float32Array.of(1, 3, 2, 3), {}, 0.9)).toBe(1);
    expect(sampleToken(Float32Array.of(-Infinity, -1e30), { temperature: 0 }, 0)).toBe(1);
  });

  it("keeps of equals the lowest ids", () => {
    const logits = new Float32Array(100).fill(2);
    const drawn = new Set<number>();
    for (let i = 0; i < 50; i++) {
      drawn.add(sampleToken(logits, { temperature: 1, topK: 3 }, i / 50));
      drawn.add(sampleToken(logits, { temperature: 1, topP: 0.025 }, i / 50));
    }
    expect([...drawn].sort()).toEqual([0, 1, 2]);
  });

  it("refuses numbers that are none of [0, 1)", () => {
    for (const random of [-0.1, 1, Number.NaN]) {
      expect(() => sampleToken(Float32Array.of(1, 2), {}, random)).toThrow(
        code("ERR_ARGUMENT", /random: expected a number in \[0, 1\)/),
      );
    }
  });

  it("refuses logits that no token can be chosen from", () => {
    for (const temperature of [0, 1]) {
      const draw = (...logits: number[]) =>
        sampleToken(Float32Array.from(logits), { temperature }, 0.5);
      expect(() => draw(1, Number.NaN)).toThrow(code("ERR_LOGITS", /logits\[1\]: .*found NaN/));
      expect(() => draw(Infinity, 1)).toThrow(code("ERR_LOGITS", /logits\[0\]/));
      expect(() => draw(-Infinity, -Infinity)).toThrow(code("ERR_LOGITS", /2 times -Infinity/));
      expect(() => draw()).toThrow(code("ERR_LOGITS"));
    }
  });
});

it("logProbability is the logarithm of softmax", () => {
  fc.assert(
    fc.property(row, fc.nat(1000), (logits, at) => {
      const token = at % logits.length;
      const sum = logits.reduce((all, x) => all + Math.exp(x), 0);
      const expected = (logits[token] as number) - Math.log(sum);
      if (expected === -Infinity) expect(logProbability(logits, token)).toBe(-Infinity);
      else expect(Math.abs(logProbability(logits, token) - expected)).toBeLessThan(1e-9);
    }),
    { seed, numRuns: 200 },
  );
});

it("logProbability refuses a token that isn't there", () => {
  expect(() => logProbability(Float32Array.of(1, 2), 2)).toThrow(code("ERR_ARGUMENT", /token/));
});

describe("random numbers", () => {
  it("are those of the Philox authors' known answers", () => {
    // kat_vectors of Random123, "philox4x32 10".
    const all = 0xffffffff;
    expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([
      0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8,
    ]);
    expect(philox4x32([all, all, all, all], [all, all])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    expect(
      philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it("are the same for the same place, and others for every other place", () => {
    const place = { seed: 7, sequence: 1, position: 2, attempt: 3 };
    expect(uniform(place)).toBe(uniform({ ...place }));
    const places = [place, { ...place, seed: 7 + 2 ** 32 }, { ...place, seed: 8 }];
    places.push({ ...place, sequence: 0 }, { ...place, position: 3 }, { ...place, attempt: 2 });
    expect(new Set(places.map(uniform)).size).toBe(places.length);
  });

  it("are spread evenly over [0, 1)", () => {
    const counts = new Array(16).fill(0);
    for (let position = 0; position < 16_000; position++) {
      const x = uniform({ seed: 1, sequence: 0, position, attempt: 0 });
      counts[Math.floor(x * 16)]++;
    }
    // Chi-squared with 15 degrees of freedom: 37.7 is exceeded once in a thousand.
    const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(37.7);
  });

  it("refuse what is no place", () => {
    const place = { seed: 7, sequence: 1, position: 2, attempt: 3 };
    expect(() => uniform({ ...place, seed: 2 ** 53 })).toThrow(code("ERR_ARGUMENT", /seed/));
    expect(() => uniform({ ...place, attempt: -1 })).toThrow(code("ERR_ARGUMENT", /attempt/));
  });
});
