// A row's bits don't depend on what shares its step: a whole decoder's losses are
// the same for a sequence alone, in a batch, and with more tokens behind it.

import { i32, Program, program } from "@ryanstream/tensor";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { type DecoderConfig, decoderLoss, decoderWeights } from "./support/decoder.js";
import { integers } from "./support/native.js";
import { everywhere } from "./support/training.js";

const config: DecoderConfig = {
  vocab: 83,
  width: 40,
  layers: 2,
  heads: 4,
  kv_heads: 2,
  head_dim: 10,
  hidden: 72,
};
const weights = decoderWeights(config);
afterAll(() => {
  for (const parameter of weights.values()) parameter.dispose();
});

/** The loss of each position. */
async function losses(B: number, T: number, tokens: Int32Array, targets: Int32Array) {
  using p = program({ tokens: i32(B, T), targets: i32(B, T) }, (x) =>
    decoderLoss(weights, config, { ...x, reduction: "none" }),
  );
  return p.run({ tokens, targets });
}

const bits = (x: Float32Array) => [...new Uint32Array(x.slice().buffer)];

it("the same alone, in a batch, and as the beginning of something longer", () => {
  const setting = fc.record({
    B: fc.integer({ min: 1, max: 4 }),
    T: fc.integer({ min: 1, max: 70 }),
    row: fc.nat(3),
    length: fc.integer({ min: 1, max: 70 }),
    seed: fc.nat(1e6),
  });
  return fc.assert(
    fc.asyncProperty(setting, async ({ B, T, seed, ...rest }) => {
      const [row, length] = [rest.row % B, Math.min(T, rest.length)];
      const [tokens, targets] = [0, 1].map((i) => integers(seed + i, B * T, config.vocab)) as [
        Int32Array,
        Int32Array,
      ];
      const first = row * T;
      const part = (x: Int32Array) => x.slice(first, first + length);
      const all = await losses(B, T, tokens, targets);
      const alone = await losses(1, length, part(tokens), part(targets));
      expect(bits(all.subarray(first, first + length))).toEqual(bits(alone));
    }),
    { seed: 3, numRuns: 20 },
  );
});

it("the same for a program that has been to JSON and back", async () => {
  using first = everywhere(weights, config, 2, 9);
  const text = JSON.stringify(first.toJSON());
  using second = Program.fromJSON(text, Object.fromEntries(weights));
  expect(second.hash).toBe(first.hash);
  const arrays = { tokens: integers(1, 18, 83), targets: integers(2, 18, 83) };
  expect(await second.run(arrays)).toEqual(await first.run(arrays));
});
