// Sequences run by hand, without a scheduler.

import type { DecoderRunner, Model, RunnerOptions } from "../../src/index.js";

const defaults: RunnerOptions = {
  pages: 40,
  pageSize: 16,
  sequences: 4,
  maxPages: 16,
  maxRows: 256,
  maxLogits: 256,
  kvType: "f32",
};

export const runnerOf = (model: Model, options: Partial<RunnerOptions> = {}): DecoderRunner =>
  model.createRunner({ ...defaults, ...options });

/** Every sequence has pages of its own, one after another. */
export function tableOf({ sequences, maxPages }: RunnerOptions = defaults): Int32Array {
  return Int32Array.from({ length: sequences * maxPages }, (_, i) => i % 40);
}

/** The logits of the last `wanted` of these tokens, which follow `from` others, as one step. */
export async function run(
  runner: DecoderRunner,
  tokens: readonly number[],
  { wanted = 1, from = 0, seq = 0, table = tableOf() } = {},
): Promise<Float32Array> {
  const count = tokens.length;
  return await runner.run({
    tokens: Int32Array.from(tokens),
    seq: new Int32Array(count).fill(seq),
    pos: Int32Array.from({ length: count }, (_, i) => from + i),
    table,
    logitRows: Int32Array.from({ length: wanted }, (_, i) => count - wanted + i),
  });
}

/** The largest difference over the largest magnitude. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((found[i] as number) - (expected[i] as number)));
    magnitude = Math.max(magnitude, Math.abs(expected[i] as number));
  }
  return difference / magnitude;
}
