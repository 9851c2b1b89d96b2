// Every stage and every order against definitions that are written out.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  LogitsSampler,
  type SamplingOptions,
  type SamplingPreset,
  type Stage,
  samplingOrders,
} from "../../src/index.js";
import { RandomPair } from "../../src/random/philox.js";
import { reference } from "./reference.js";
import { distribution, expectSame } from "./support.js";

const seed = 20261129;

/** A number of few digits: so near together that rounding decides are none. */
const between = (min: number, max: number) =>
  fc.integer({ min: Math.ceil(min * 997), max: Math.floor(max * 997) }).map((n) => n / 997);

const logit = fc.oneof(
  { weight: 4, arbitrary: between(-8, 8) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) }, // equal ones
  { weight: 1, arbitrary: fc.constantFrom(-Infinity, -1e9, 30) },
);
const row = fc
  .array(logit, { minLength: 4, maxLength: 50 })
  .map((all) => Float32Array.from(all))
  .filter((all) => all.filter((x) => x > -Infinity).length > 2);
const token = fc.nat(9);
const tokens = fc.array(token, { maxLength: 24 });

const choices: { readonly [K in keyof SamplingOptions]?: fc.Arbitrary<SamplingOptions[K]> } = {
  temperature: fc.constantFrom(0.3, 0.7, 1, 1.9),
  topK: fc.integer({ min: 1, max: 60 }),
  topP: between(0.05, 0.999),
  minP: between(0.0011, 0.9),
  typicalP: between(0.05, 0.99),
  topNSigma: between(0.1, 3),
  epsilonCutoff: between(0.0011, 0.4),
  etaCutoff: between(0.0011, 0.4),
  xtcProbability: fc.constantFrom(0.5, 1),
  xtcThreshold: fc.constantFrom(0.02, 0.1, 0.3),
  repetitionPenalty: fc.constantFrom(0.7, 1.1, 1.8),
  frequencyPenalty: fc.constantFrom(-0.4, 0.3, 1.1),
  presencePenalty: fc.constantFrom(-0.6, 0.5, 1.3),
  penaltyWindow: fc.constantFrom(1, 5, 12, Infinity),
  penalizePrompt: fc.boolean(),
  noRepeatNgram: fc.integer({ min: 2, max: 4 }),
  dryMultiplier: fc.constantFrom(0.8, 2),
  dryBase: fc.constantFrom(1, 1.75, 3),
  dryAllowedLength: fc.integer({ min: 1, max: 3 }),
  dryWindow: fc.constantFrom(4, 15, Infinity),
  dryBreakers: fc.array(fc.array(token, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  logitBias: fc.array(fc.tuple(token, fc.constantFrom(-2, 0.5, 3)), { maxLength: 4 }),
  badWords: fc.array(fc.array(token, { minLength: 2, maxLength: 3 }), { maxLength: 4 }),
};
const options = fc.record(choices as Record<string, fc.Arbitrary<unknown>>, {
  requiredKeys: [],
}) as fc.Arbitrary<SamplingOptions>;

/** Each option alone, and all together: with and without a stage of its own. */
function check(given: SamplingOptions, order: readonly Stage[], runs: number): void {
  fc.assert(
    fc.property(row, tokens, tokens, options, (logits, prompt, generated, some) => {
      const merged: SamplingOptions = { temperature: 1, ...some, ...given };
      const position = prompt.length + generated.length;
      const random = new RandomPair();
      random.draw({ seed: 1, sequence: 0, position, attempt: 0 });
      const expected = reference(order, merged, {
        logits,
        prompt,
        generated,
        chance: random.second,
      });
      if (expected.size === 0) return;
      const found = distribution(merged, logits, { prompt, generated });
      // Weights so small that they are left out, and what they are of the others.
      for (const [id, p] of expected) if (p < 1e-13) expected.delete(id);
      for (const [id, p] of found) if (p < 1e-13) found.delete(id);
      expectSame(found, expected, 1e-5);
    }),
    { seed, numRuns: runs },
  );
}

describe.each(Object.keys(samplingOrders) as SamplingPreset[])("the order of %s", (preset) => {
  it("is that of its definitions", () => check({ preset }, samplingOrders[preset], 1500));
});

it.each([...samplingOrders.vllm])("%s may come first", (stage) => {
  const order = [stage, ...samplingOrders.vllm.filter((other) => other !== stage)];
  check({ order }, order, 150);
});

it("repetitions are found and penalized, up to the last breaker", () => {
  const few = fc.array(fc.nat(2), { maxLength: 40 });
  const breakers = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }), { maxLength: 2 });
  const flat = Float32Array.of(0, 0.3, 0.1, 0.2);
  fc.assert(
    fc.property(few, fc.integer({ min: 1, max: 4 }), breakers, (prompt, length, dryBreakers) => {
      const some = { dryMultiplier: 0.1, dryBase: 1.2, dryAllowedLength: length, dryBreakers };
      const input = { logits: flat, prompt, generated: [], chance: 0 };
      const expected = reference(samplingOrders.vllm, { temperature: 1, ...some }, input);
      expectSame(distribution({ temperature: 1, ...some }, flat, { prompt }), expected, 1e-5);
    }),
    { seed, numRuns: 1500 },
  );
});

it("any order is followed", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...samplingOrders.hf], { minLength: 16 }), (order) => {
      check({ order }, order, 8);
    }),
    { seed, numRuns: 60 },
  );
});

describe("presets", () => {
  const logits = Float32Array.of(2, 1.6, 1.1, 0.4, -0.5, -1, -2, -4);

  it("differ where the temperature comes before or after a filter", () => {
    const kept = (preset: SamplingPreset) =>
      distribution({ preset, temperature: 2, topP: 0.6 }, logits).size;
    expect(kept("vllm")).toBe(3);
    expect(kept("hf")).toBe(3);
    expect(kept("llama.cpp")).toBe(2);
  });

  it("differ where min-p comes before or after top-p", () => {
    const likely = Float32Array.of(0.5, 0.2, 0.15, 0.1, 0.05).map(Math.log);
    const kept = (preset: SamplingPreset) =>
      distribution({ preset, temperature: 1, minP: 0.25, topP: 0.8 }, likely).size;
    expect(kept("vllm")).toBe(2); // of 0.85 that min-p left, 0.68 are wanted
    expect(kept("hf")).toBe(3);
    expect(kept("llama.cpp")).toBe(3);
  });

  it("count the prompt for penalties, and how much of it, as theirs do", () => {
    const given = { temperature: 1, presencePenalty: 2 };
    const long = { prompt: [0, ...new Array(70).fill(1)], generated: [2] };
    const lowered = (preset: SamplingPreset) => {
      const before = distribution({ temperature: 1 }, logits);
      const after = distribution({ ...given, preset }, logits, long);
      const ratio = (id: number) => (after.get(id) as number) / (before.get(id) as number);
      return [0, 1, 2].filter((id) => ratio(id) < ratio(7) * 0.5);
    };
    expect(lowered("vllm")).toEqual([2]);
    expect(lowered("llama.cpp")).toEqual([1, 2]); // token 0 is out of its window of 64
  });
});

it("gives a single token its own temperature", () => {
  const logits = Float32Array.of(1, 2, 3);
  const sampler = new LogitsSampler({
    seed: 3,
    temperature: 1,
    logprobs: 3,
    processedLogprobs: true,
  });
  const { top = [] } = sampler.sample(logits, sampler.start(), { temperature: 0.5 });
  const expected = distribution({ temperature: 0.5 }, logits);
  expect(top.map(({ logprob }) => Math.exp(logprob))).toEqual([...expected.values()]);
});
