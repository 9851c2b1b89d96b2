// Rotary embedding as the `rope.*` keys of a GGUF file describe it. Keys: the gguf package's
// `constants.py`; what they mean: llama.cpp's converter, which writes them, and its
// `rope_yarn`, which computes with them.

import { type RopeFrequencies, type RopeScaling, ropeFrequencies } from "@ryanstream/kernels";
import { ModelError } from "./errors.js";
import type { Fields } from "./fields.js";
import { ascending, baseOf, factorOf, isUsable } from "./rope-config.js";

const SCALING = "rope.scaling";

/**
 * Llama 3's scaling is not among the keys: it is a tensor of factors.
 *
 * @param fields without the architecture's name in front
 * @param factors what each pair's frequency is divided by
 * @throws ModelError `ERR_CONFIG` for keys that can't be, `ERR_WEIGHTS` for such factors
 */
export function ggufRopeOf(
  fields: Fields,
  headDim: number,
  maxPositions: number,
  factors: Float32Array | undefined,
): RopeFrequencies {
  const rotated = fields.count("rope.dimension_count", 2 * Math.floor(headDim / 2));
  if (rotated % 2 !== 0 || rotated > headDim) {
    fields.refuse("rope.dimension_count", `an even number up to ${headDim}`);
  }
  const rope = { headDim: rotated, base: baseOf(fields, "rope.freq_base") };
  const { frequencies, scale } = scaled(fields, rope, maxPositions);
  const attention = fields.maybe(`${SCALING}.attn_factor`) ?? 1;
  const found = { frequencies: divided(frequencies, factors), scale: scale * attention };
  if (isUsable(found)) return found;
  return fields.refuse(`${SCALING}.attn_factor`, "a number that float32 holds,");
}

interface Rope {
  readonly headDim: number;
  readonly base: number;
}

function scaled(fields: Fields, rope: Rope, maxPositions: number): RopeFrequencies {
  // Without a type, a factor is linear: so llama.cpp reads it.
  const type = fields.text(`${SCALING}.type`, "linear");
  if (fields.raw(`${SCALING}.alpha`)) {
    fields.refuse(`${SCALING}.alpha`, "nothing, since no model that is known has it,");
  }
  const factor = stretch(fields);
  switch (type) {
    case "none":
      return ropeFrequencies(rope);
    case "linear":
      return ropeFrequencies({ ...rope, scaling: { type, factor } });
    case "yarn":
      return yarn(fields, rope, factor, maxPositions);
    default:
      return fields.refuse(`${SCALING}.type`, '"none", "linear" or "yarn"');
  }
}

/** The factor, or the older key of it; 0 is how some converters say that there is none. */
function stretch(fields: Fields): number {
  const key = fields.has(`${SCALING}.factor`) ? `${SCALING}.factor` : "rope.scale_linear";
  return fields.raw(key) === 0 ? 1 : factorOf(fields, key, 1);
}

function yarn(fields: Fields, rope: Rope, factor: number, maxPositions: number): RopeFrequencies {
  const [slow, fast] = [`${SCALING}.yarn_beta_slow`, `${SCALING}.yarn_beta_fast`];
  const [lowRotations, highRotations] = ascending(fields, slow, fast, [1, 32]);
  const scaling: RopeScaling = {
    type: "yarn",
    factor,
    originalLength: fields.count(`${SCALING}.original_context_length`, maxPositions),
    lowRotations,
    highRotations,
  };
  const { frequencies, scale } = ropeFrequencies({ ...rope, scaling });
  expectOwnScale(fields, scale);
  const share = extrapolated(fields);
  const linear = ropeFrequencies({ ...rope, scaling: { type: "linear", factor } });
  // Without any part that is not slowed down, it isn't YaRN, and there is nothing to make up for.
  if (share === 0) return linear;
  const mixed = frequencies.map((f, i) => {
    const slowed = linear.frequencies[i] as number;
    return share === 1 ? f : slowed + share * (f - slowed);
  });
  return { frequencies: mixed, scale: logMultiplier(fields) === 0 ? scale : 1 };
}

/** How much of the frequencies that YaRN keeps is kept. */
function extrapolated(fields: Fields): number {
  const key = `${SCALING}.yarn_ext_factor`;
  const share = fields.raw(key) ?? 1;
  if (typeof share === "number" && share >= 0 && share <= 1) return share;
  return fields.refuse(key, "a number from 0 to 1");
}

/**
 * Hugging Face's `mscale_all_dim` beside an `mscale` of 1: with 1 the two cancel each other. Other numbers are
 * written by some converters as they are, and by others as a tenth of it.
 */
function logMultiplier(fields: Fields): number {
  const key = `${SCALING}.yarn_log_multiplier`;
  const value = fields.raw(key) ?? 0;
  if (value === 0 || value === 1) return value;
  return fields.refuse(key, "0 or 1, since converters don't agree on others,");
}

/**
 * Converters write Hugging Face's `attention_factor`, which is the whole scale; of those that read it some multiply
 * it with YaRN's own and some ignore it. So it is certain only where it is YaRN's own.
 */
function expectOwnScale(fields: Fields, scale: number): void {
  const key = `${SCALING}.yarn_attn_factor`;
  const found = fields.maybe(key);
  if (found === undefined || Math.abs(found - scale) < 1e-6 * scale) return;
  fields.refuse(key, `${scale}, which is YaRN's own, since readers don't agree on others,`);
}

function divided(frequencies: Float32Array, factors: Float32Array | undefined) {
  const name = "rope_freqs.weight";
  if (factors !== undefined && factors.length !== frequencies.length) {
    throw new ModelError(
      "ERR_WEIGHTS",
      `${name}: expected ${frequencies.length} factors, one for each rotated pair, found ${factors.length}`,
    );
  }
  return Float32Array.from(frequencies, (f, i) => {
    const factor = factors?.[i] ?? 1;
    if (factor > 0 && Number.isFinite(factor)) return f / factor;
    throw new ModelError(
      "ERR_WEIGHTS",
      `${name}: expected positive numbers, found ${factor} at ${i}`,
    );
  });
}
