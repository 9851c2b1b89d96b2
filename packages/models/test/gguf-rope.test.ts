// Rotary embedding as the keys of GGUF files describe it.

import { ropeFrequencies, type YarnScaling } from "@ryanstream/kernels";
import { describe, expect, it } from "vitest";
import { Fields } from "../src/fields.js";
import { ggufRopeOf } from "../src/gguf-rope.js";
import { relativeError } from "./support/steps.js";

const gguf = (values: Record<string, unknown>, factors?: Float32Array) =>
  ggufRopeOf(Fields.of("GGUF", values), 8, 4096, factors);

const plain = ropeFrequencies({ headDim: 8 });
const linear = ropeFrequencies({ headDim: 8, scaling: { type: "linear", factor: 4 } });
const base = { type: "yarn", factor: 4, originalLength: 1024 } satisfies YarnScaling;
const yarnOf = (changes: Partial<YarnScaling> = {}) =>
  ropeFrequencies({ headDim: 8, scaling: { ...base, ...changes } });
const yarn = {
  "rope.scaling.type": "yarn",
  "rope.scaling.factor": 4,
  "rope.scaling.original_context_length": 1024,
};
const own = 0.1 * Math.log(4) + 1;

describe("a file", () => {
  it.each<[string, Record<string, unknown>, ReturnType<typeof gguf>]>([
    ["nothing", {}, plain],
    ["a factor without a type", { "rope.scaling.factor": 4 }, linear],
    ["a factor of 0", { "rope.scaling.factor": 0 }, plain],
    ["the old key", { "rope.scale_linear": 4 }, linear],
    ["linear", { "rope.scaling.type": "linear", "rope.scaling.factor": 4 }, linear],
    ["none, with a factor", { "rope.scaling.type": "none", "rope.scaling.factor": 4 }, plain],
    ["none, with the old key", { "rope.scaling.type": "none", "rope.scale_linear": 4 }, plain],
    ["a scale of the attention", { "rope.scaling.attn_factor": 1.5 }, { ...plain, scale: 1.5 }],
    ["yarn", yarn, yarnOf()],
    ["yarn with a factor of 1", { ...yarn, "rope.scaling.factor": 1 }, plain],
    [
      "yarn without the length of pre-training",
      { "rope.scaling.type": "yarn", "rope.scaling.factor": 4 },
      yarnOf({ originalLength: 4096 }),
    ],
    [
      "yarn with a scale of the attention, which multiplies its own",
      { ...yarn, "rope.scaling.attn_factor": 0.5 },
      yarnOf({ attentionFactor: 0.5 * own }),
    ],
    [
      "yarn with both ends of its ramp",
      { ...yarn, "rope.scaling.yarn_beta_fast": 16, "rope.scaling.yarn_beta_slow": 2 },
      yarnOf({ lowRotations: 2, highRotations: 16 }),
    ],
    ["yarn that keeps all", { ...yarn, "rope.scaling.yarn_ext_factor": 1 }, yarnOf()],
    ["yarn that keeps nothing", { ...yarn, "rope.scaling.yarn_ext_factor": 0 }, linear],
    ["yarn's own scale", { ...yarn, "rope.scaling.yarn_attn_factor": Math.fround(own) }, yarnOf()],
    ["no log multiplier", { ...yarn, "rope.scaling.yarn_log_multiplier": 0 }, yarnOf()],
    [
      "a log multiplier of 1",
      { ...yarn, "rope.scaling.yarn_log_multiplier": 1 },
      yarnOf({ mscale: 1, mscaleAll: 1 }),
    ],
  ])("that says %s", (_, values, expected) => {
    const found = gguf(values);
    expect(relativeError(found.frequencies, expected.frequencies)).toBeLessThan(1e-7);
    expect(found.scale).toBeCloseTo(expected.scale, 12);
  });

  it("that keeps a part of YaRN's frequencies has them between linear and YaRN's", () => {
    const { frequencies, scale } = gguf({ ...yarn, "rope.scaling.yarn_ext_factor": 0.25 });
    const expected = yarnOf().frequencies.map(
      (f, i) => 0.25 * f + 0.75 * (linear.frequencies[i] as number),
    );
    expect(relativeError(frequencies, expected)).toBeLessThan(1e-6);
    expect(scale).toBeCloseTo(own, 12);
  });

  it("has Llama 3's scaling as a tensor of factors", () => {
    const { frequencies } = gguf({}, Float32Array.of(1, 2, 4, 8));
    expect([...frequencies]).toEqual([...plain.frequencies].map((f, i) => f / 2 ** i));
  });

  it.each<[Record<string, unknown>, string]>([
    [{ "rope.scaling.type": "longrope" }, "rope.scaling.type"],
    [
      { "rope.scaling.type": "linear", "rope.scaling.factor": 0.5 },
      "rope.scaling.factor, found 0.5",
    ],
    [{ "rope.scale_linear": -2 }, "rope.scale_linear"],
    [{ ...yarn, "rope.scaling.factor": 0.5 }, "rope.scaling.factor, found 0.5"],
    [{ ...yarn, "rope.scaling.yarn_beta_fast": 0.5 }, "yarn_beta_fast"],
    [{ ...yarn, "rope.scaling.yarn_beta_slow": 32 }, "yarn_beta_fast"],
    [{ ...yarn, "rope.scaling.yarn_ext_factor": -1 }, "yarn_ext_factor, found -1"],
    [{ ...yarn, "rope.scaling.yarn_ext_factor": 2 }, "yarn_ext_factor, found 2"],
    [{ ...yarn, "rope.scaling.yarn_attn_factor": 1 }, "yarn_attn_factor, found 1"],
    [{ ...yarn, "rope.scaling.yarn_log_multiplier": 0.1 }, "yarn_log_multiplier, found 0.1"],
    [{ "rope.scaling.attn_factor": 0 }, "rope.scaling.attn_factor, found 0"],
    [{ "rope.scaling.alpha": 1000 }, "rope.scaling.alpha"],
    [{ "rope.freq_base": -1 }, "rope.freq_base"],
    [{ "rope.freq_base": 1 }, "rope.freq_base"],
    [{ "rope.dimension_count": 7 }, "rope.dimension_count, found 7"],
    [{ "rope.dimension_count": 10 }, "rope.dimension_count, found 10"],
  ])("is refused for %j with a code and the key", (values, name) => {
    expect(() => gguf(values)).toThrow(
      expect.objectContaining({
        name: "ModelError",
        code: "ERR_CONFIG",
        message: expect.stringContaining(name),
      }),
    );
  });

  it.each([
    ["too few", Float32Array.of(1, 2), "4 factors.*found 2"],
    ["none at all", Float32Array.of(1, 2, 0, 1), "found 0 at 2"],
    ["no number", Float32Array.of(1, Number.NaN, 1, 1), "found NaN at 1"],
  ])("is refused for factors of Llama 3 that are %s", (_, factors, message) => {
    expect(() => gguf({}, factors)).toThrow(
      expect.objectContaining({
        code: "ERR_WEIGHTS",
        message: expect.stringMatching(`rope_freqs.weight.*${message}`),
      }),
    );
  });
});
