// The two-layer decoder against PyTorch: its mathematics, through the reference
// interpreter in double precision, and the native run.

import { afterAll, describe, expect, it } from "vitest";
import { weight } from "../../../tools/golden/weights.js";
import { decoderWeights } from "./support/decoder.js";
import { readGolden, relativeError } from "./support/golden.js";
import { interpret } from "./support/reference-fused.js";
import { compact, everywhere, wherePositions } from "./support/training.js";

const golden = readGolden();
const { config, batch, time, tokens, targets } = golden;
const weights = decoderWeights(config);
const slots = Object.fromEntries(
  [...weights.values()].map((p) => [
    p.name,
    Float64Array.from(weight(p.name, p.shape as number[])),
  ]),
);

/** Loss and all gradients within `tolerance` of PyTorch's. */
function expectGolden(found: Record<string, ArrayLike<number>>, tolerance: number): void {
  expect(Math.abs((found["loss"]?.[0] as number) / golden.loss - 1)).toBeLessThan(tolerance);
  for (const [name, expected] of golden.gradients) {
    expect(relativeError(found[name] as ArrayLike<number>, expected), name).toBeLessThan(tolerance);
  }
}

afterAll(() => {
  for (const parameter of weights.values()) parameter.dispose();
});

describe(`a two-layer decoder against PyTorch ${golden.torch}`, () => {
  it("has the golden file's parameters", () => {
    expect([...weights.keys()]).toEqual([...golden.gradients.keys()]);
  });

  // PyTorch rounds angles, cosines and sines to f32, as ours do only for angles.
  it("agrees in double precision", () => {
    const found = interpret(
      everywhere(weights, config, batch, time),
      { tokens, targets },
      {},
      slots,
    );
    expectGolden(found, 1e-6);
  });

  it("agrees with the last layer computed only where there is a loss", () => {
    const some = compact(targets);
    const program = wherePositions(weights, config, batch, time, some.targets.length);
    expectGolden(interpret(program, { tokens, ...some }, {}, slots), 1e-6);
  });

  it("agrees when it runs natively, with the same bits each time", async () => {
    using program = everywhere(weights, config, batch, time);
    const arrays = { tokens: Int32Array.from(tokens), targets: Int32Array.from(targets) };
    const first = await program.run(arrays);
    expectGolden(first, 1e-5);
    expect(await program.run(arrays)).toEqual(first);
  });

  it("agrees natively with the last layer computed only where there is a loss", async () => {
    const some = compact(targets);
    using program = wherePositions(weights, config, batch, time, some.targets.length);
    expectGolden(await program.run({ tokens: Int32Array.from(tokens), ...some }), 1e-5);
  });
});
