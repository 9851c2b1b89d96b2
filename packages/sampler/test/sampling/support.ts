// What tests of sampling ask of a sampler again and again.

import { expect } from "vitest";
import {
  LogitsSampler,
  type SampleOptions,
  type SamplerErrorCode,
  type SamplingOptions,
} from "../../src/index.js";

export const code = (code: SamplerErrorCode, message = /./) =>
  expect.objectContaining({
    name: "SamplerError",
    code,
    message: expect.stringMatching(message),
  });

export interface Sequence {
  readonly prompt?: readonly number[];
  readonly generated?: readonly number[];
}

/** The probability of each token that can be drawn: what is left after all stages. */
export function distribution(
  options: SamplingOptions,
  logits: Float32Array,
  { prompt = [], generated = [] }: Sequence = {},
  sample: SampleOptions = {},
): Map<number, number> {
  const sampler = new LogitsSampler({
    seed: 1,
    ...options,
    logprobs: logits.length,
    processedLogprobs: true,
  });
  const state = sampler.start(prompt);
  for (const token of generated) state.push(token);
  const { top = [] } = sampler.sample(logits, state, sample);
  return new Map(top.map(({ token, logprob }) => [token, Math.exp(logprob)]));
}

/** Expects the same tokens with the same probabilities. */
export function expectSame(
  found: ReadonlyMap<number, number>,
  expected: ReadonlyMap<number, number>,
  tolerance: number,
): void {
  const ids = (map: ReadonlyMap<number, number>) => [...map.keys()].sort((a, b) => a - b);
  expect(ids(found)).toEqual(ids(expected));
  for (const [token, probability] of expected) {
    const error = Math.abs((found.get(token) ?? 0) - probability);
    expect(error / probability, `token ${token}`).toBeLessThan(tolerance);
  }
}
