// Rotary embedding as files describe it, as transformers and llama.cpp read them.

import { ropeFrequencies } from "@ryanstream/kernels";
import { describe, expect, it } from "vitest";
import { Fields } from "../src/fields.js";
import { ggufRopeOf, ropeOf } from "../src/rope-config.js";

const gguf = (values: Record<string, unknown>, factors?: Float32Array) =>
  ggufRopeOf(Fields.of("GGUF", values), 8, 4096, factors);
const huggingFace = (values: Record<string, unknown>) =>
  ropeOf(Fields.of("config.json", values), 8, 4096);
const plain = ropeFrequencies({ headDim: 8 });
const linear = ropeFrequencies({ headDim: 8, scaling: { type: "linear", factor: 4 } });
const yarn = ropeFrequencies({
  headDim: 8,
  scaling: { type: "yarn", factor: 4, originalLength: 1024 },
});

describe("a GGUF file", () => {
  it.each([
    ["nothing", {}, plain],
    ["a factor without a type", { "rope.scaling.factor": 4 }, linear],
    ["the old key", { "rope.scale_linear": 4 }, linear],
    ["linear", { "rope.scaling.type": "linear", "rope.scaling.factor": 4 }, linear],
    ["none, with a factor", { "rope.scaling.type": "none", "rope.scaling.factor": 4 }, plain],
    ["none, with the old key", { "rope.scaling.type": "none", "rope.scale_linear": 4 }, plain],
    [
      "yarn",
      {
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 4,
        "rope.scaling.original_context_length": 1024,
      },
      yarn,
    ],
  ])("that says %s", (_, values, expected) => {
    expect(gguf(values)).toEqual(expected);
  });

  it("has Llama 3's scaling as a tensor of factors", () => {
    const { frequencies } = gguf({}, Float32Array.of(1, 2, 4, 8));
    expect([...frequencies]).toEqual([...plain.frequencies].map((f, i) => f / 2 ** i));
  });

  it.each([
    [{ "rope.scaling.type": "longrope" }, "rope.scaling.type"],
    [
      { "rope.scaling.type": "yarn", "rope.scaling.factor": 4, "rope.scaling.yarn_beta_fast": 16 },
      "yarn_beta_fast",
    ],
    [{ "rope.freq_base": -1 }, "rope.freq_base"],
  ])("is refused for %j", (values, name) => {
    expect(() => gguf(values)).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG", message: expect.stringContaining(name) }),
    );
  });
});

describe("a config.json", () => {
  it.each([
    ["nothing", {}, plain],
    ["the default", { rope_scaling: { rope_type: "default" } }, plain],
    ["linear, as older files", { rope_scaling: { type: "linear", factor: 4 } }, linear],
    ["linear, as transformers 5", { rope_parameters: { rope_type: "linear", factor: 4 } }, linear],
    [
      "a base, as transformers 5",
      { rope_parameters: { rope_type: "default", rope_theta: 500 } },
      ropeFrequencies({ headDim: 8, base: 500 }),
    ],
    [
      "yarn",
      { rope_scaling: { type: "yarn", factor: 4, original_max_position_embeddings: 1024 } },
      yarn,
    ],
    ["a part that is rotated", { partial_rotary_factor: 0.5 }, ropeFrequencies({ headDim: 4 })],
  ])("that says %s", (_, values, expected) => {
    expect(huggingFace(values)).toEqual(expected);
  });

  it.each([
    [{ rope_scaling: { type: "dynamic", factor: 2 } }, 'type, found "dynamic"'],
    [{ rope_scaling: { rope_type: "longrope" } }, 'rope_type, found "longrope"'],
    [{ partial_rotary_factor: "x" }, "partial_rotary_factor"],
  ])("is refused for %j", (values, part) => {
    expect(() => huggingFace(values)).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG", message: expect.stringContaining(part) }),
    );
  });
});

it("takes a list of equal numbers for one, as some files have one for each layer", () => {
  const fields = Fields.of("GGUF", { same: [2, 2, 2], other: [2, 4] });
  expect(fields.count("same")).toBe(2);
  expect(() => fields.count("other")).toThrow(/found \[2,4\]/);
});
