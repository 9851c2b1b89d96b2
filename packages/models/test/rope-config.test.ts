// Rotary embedding as config.json describes it, and what no file may say of it.

import { ropeFrequencies } from "@ryanstream/kernels";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ModelError } from "../src/errors.js";
import { Fields } from "../src/fields.js";
import { ggufRopeOf } from "../src/gguf-rope.js";
import { ropeOf } from "../src/rope-config.js";
import { configOf } from "./support/checkpoint.js";

const huggingFace = (values: Record<string, unknown>) =>
  ropeOf(Fields.of("config.json", values), 8, 4096);

it("rotates a part of each head where the file says so", () => {
  expect(huggingFace({ partial_rotary_factor: 0.5 })).toEqual(ropeFrequencies({ headDim: 4 }));
});

const yarn = { rope_type: "yarn", factor: 4 };
const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 };

it.each<[Record<string, unknown>, string]>([
  [{ rope_scaling: { type: "dynamic", factor: 2 } }, 'type, found "dynamic"'],
  [{ rope_scaling: { rope_type: "longrope" } }, 'rope_type, found "longrope"'],
  [{ rope_scaling: "linear" }, "an object as rope_scaling"],
  [{ rope_scaling: { rope_type: "linear" } }, "factor, found nothing"],
  [{ rope_scaling: { rope_type: "linear", factor: null } }, "factor, found nothing"],
  [
    { rope_scaling: { rope_type: "linear", factor: 0.5 } },
    "rope_scaling: expected .* as factor, found 0.5",
  ],
  [{ rope_scaling: { ...llama3, factor: 0.5 } }, "factor, found 0.5"],
  [{ rope_scaling: { ...llama3, low_freq_factor: undefined } }, "low_freq_factor, found nothing"],
  [{ rope_scaling: { ...llama3, high_freq_factor: 1 } }, "high_freq_factor, found 1"],
  [{ rope_scaling: { ...yarn, factor: 0.5 } }, "factor, found 0.5"],
  [{ rope_scaling: { rope_type: "yarn" } }, "factor, found nothing"],
  [
    { rope_scaling: { ...yarn, factor: null, original_max_position_embeddings: 8192 } },
    "at most 4096 .* as original_max_position_embeddings, found 8192",
  ],
  [
    { rope_scaling: { ...yarn, beta_fast: 2, beta_slow: 3 } },
    "above the 3 of beta_slow as beta_fast, found 2",
  ],
  [{ rope_scaling: { ...yarn, beta_slow: -1 } }, "beta_slow, found -1"],
  [{ rope_scaling: { ...yarn, truncate: 1 } }, "truncate, found 1"],
  [{ rope_scaling: { ...yarn, attention_factor: 1e300 } }, "float32"],
  [{ rope_parameters: { full_attention: yarn } }, "rope_parameters: .* full_attention"],
  [{ rope_theta: 1 }, "above 1 as rope_theta, found 1"],
  [{ rope_parameters: { rope_theta: -5 } }, "rope_parameters: .* rope_theta, found -5"],
  [{ partial_rotary_factor: "x" }, "partial_rotary_factor"],
  [{ partial_rotary_factor: 0.01 }, "partial_rotary_factor, found 0.01"],
  [{ partial_rotary_factor: 2 }, "partial_rotary_factor, found 2"],
])("refuses %j with a code and the field", (values, message) => {
  expect(() => huggingFace(values)).toThrow(
    expect.objectContaining({
      name: "ModelError",
      code: "ERR_CONFIG",
      message: expect.stringMatching(new RegExp(`^config.json.*${message}`)),
    }),
  );
});

const anything = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0.25, max: 64 }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(0, 1, 2, 8, 64, 4096, 2 ** 31) },
  fc.double(),
  fc.constantFrom<unknown>(null, true, false, "yarn", [], {}, Number.NaN),
);
const typed = fc.constantFrom<unknown>("default", "linear", "llama3", "yarn", "none", "dynamic");
/** A type, and some of these fields. */
const object = (names: readonly string[], type: string) =>
  fc
    .tuple(fc.subarray([...names], { maxLength: 4 }), fc.infiniteStream(anything), typed)
    .map(([chosen, values, kind]): Record<string, unknown> => {
      const given = chosen.map((name) => [name, values.next().value]);
      return { ...Object.fromEntries(given), [type]: kind };
    });

/** Whatever a file says, it is refused by a ModelError or gives numbers that can be computed with. */
function expectUsable(read: () => ReturnType<typeof ropeOf>): "read" | "refused" {
  try {
    const { frequencies, scale } = read();
    expect(frequencies.every((f) => Number.isFinite(f) && f >= 0)).toBe(true);
    expect(Number.isFinite(scale) && scale > 0).toBe(true);
    return "read";
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    expect(["ERR_CONFIG", "ERR_WEIGHTS"]).toContain(error.code);
    return "refused";
  }
}

const lengths = ["factor", "original_max_position_embeddings", "rope_theta"];
const bends = ["low_freq_factor", "high_freq_factor", "beta_fast", "beta_slow", "truncate"];
const scales = ["attention_factor", "mscale", "mscale_all_dim", "partial_rotary_factor"];
const ggufKeys = [
  ...["rope.dimension_count", "rope.freq_base", "rope.scale_linear", "rope.scaling.factor"],
  ...["attn_factor", "original_context_length", "alpha"].map((key) => `rope.scaling.${key}`),
  ...["ext_factor", "attn_factor", "beta_fast", "beta_slow", "log_multiplier"].map(
    (key) => `rope.scaling.yarn_${key}`,
  ),
];

it.each([
  [
    "config.json",
    object([...lengths, ...bends, ...scales], "rope_type").map((rope) => ({ rope_scaling: rope })),
    ropeOf,
  ],
  ["GGUF", object(ggufKeys, "rope.scaling.type"), ggufRopeOf],
] as const)(
  "reads or refuses any %s, and computes with nothing that can't be",
  (name, files, read) => {
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(files, fc.constantFrom(2, 8, 15, 64), (file, headDim) => {
        const factors = undefined;
        seen[expectUsable(() => read(Fields.of(name, file), headDim, 4096, factors))]++;
      }),
      { seed: 11, numRuns: 4000 },
    );
    expect(seen.read).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  },
);

it("refuses heads of more dimensions than any has before it computes anything for each", () => {
  const file = { model_type: "llama", hidden_size: 2 ** 24, num_attention_heads: 1 };
  for (const changes of [{}, { head_dim: 2 ** 31 - 2 }]) {
    expect(() => configOf({ ...file, ...changes })).toThrow(/from 1 to 65536 as head_dim/);
  }
});

it("takes a list of equal numbers for one, as some files have one for each layer", () => {
  const fields = Fields.of("GGUF", { same: [2, 2, 2], other: [2, 4] });
  expect(fields.count("same")).toBe(2);
  expect(() => fields.count("other")).toThrow(/found \[2,4\]/);
});
