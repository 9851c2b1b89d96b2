// Rotary embedding as configuration files describe it.

import { type RopeFrequencies, type RopeScaling, ropeFrequencies } from "@ryanstream/kernels";
import type { Fields } from "./fields.js";

/**
 * From Hugging Face's config.json: `rope_theta` and `rope_scaling`, or both as `rope_parameters`
 * (transformers 5). Source: transformers, `modeling_rope_utils.py`.
 */
export function ropeOf(config: Fields, headDim: number, maxPositions: number): RopeFrequencies {
  const parameters = config.object("rope_parameters") ?? config.object("rope_scaling");
  const base = parameters?.has("rope_theta")
    ? parameters.positive("rope_theta")
    : config.positive("rope_theta", 10000);
  const share = parameters?.has("partial_rotary_factor")
    ? parameters.positive("partial_rotary_factor")
    : config.positive("partial_rotary_factor", 1);
  const scaling = parameters && scalingOf(parameters, maxPositions);
  return ropeFrequencies({ headDim: 2 * Math.floor((headDim * share) / 2), base, scaling });
}

function scalingOf(fields: Fields, maxPositions: number): RopeScaling | undefined {
  // Files before transformers 4.43 say `type`.
  const field = fields.has("rope_type") ? "rope_type" : "type";
  const type = fields.text(field, "default");
  if (type === "default") return undefined;
  const factor = () => fields.positive("factor");
  const originalLength = () =>
    fields.count("original_max_position_embeddings", Math.round(maxPositions));
  const optional = (name: string) => (fields.has(name) ? fields.positive(name) : undefined);
  switch (type) {
    case "linear":
      return { type, factor: factor() };
    case "llama3":
      return {
        type,
        factor: factor(),
        originalLength: fields.count("original_max_position_embeddings"),
        lowFactor: fields.positive("low_freq_factor"),
        highFactor: fields.positive("high_freq_factor"),
      };
    case "yarn": {
      const given = {
        lowRotations: optional("beta_slow"),
        highRotations: optional("beta_fast"),
        attentionFactor: optional("attention_factor"),
        mscale: optional("mscale"),
        mscaleAll: optional("mscale_all_dim"),
        truncate: fields.boolean("truncate", true),
      };
      const known = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      );
      return { type, factor: factor(), originalLength: originalLength(), ...known };
    }
    default:
      return fields.refuse(
        field,
        'a scaling that is the same for every length, "default", "linear", "llama3" or "yarn",',
      );
  }
}

/**
 * From a GGUF file's `rope.*` keys. Llama 3's scaling is not among them: it is a tensor of factors.
 *
 * @param fields without the architecture's name in front
 * @param factors what each pair's frequency is divided by
 */
export function ggufRopeOf(
  fields: Fields,
  headDim: number,
  maxPositions: number,
  factors: Float32Array | undefined,
): RopeFrequencies {
  const dimensions = fields.count("rope.dimension_count", headDim);
  const base = fields.positive("rope.freq_base", 10000);
  // Without a type, a factor is linear: so llama.cpp reads it.
  const type = fields.text("rope.scaling.type", "linear");
  const factor = fields.positive("rope.scaling.factor", fields.positive("rope.scale_linear", 1));
  let scaling: RopeScaling | undefined;
  if (type === "linear" && factor !== 1) scaling = { type, factor };
  else if (type === "yarn" && factor !== 1) {
    const given = fields.has("rope.scaling.attn_factor")
      ? fields.positive("rope.scaling.attn_factor")
      : 1;
    scaling = {
      type,
      factor,
      originalLength: fields.count("rope.scaling.original_context_length", maxPositions),
      // llama.cpp multiplies what the file gives with YaRN's own.
      attentionFactor: given * (0.1 * Math.log(factor) + 1),
    };
    for (const name of ["beta_fast", "beta_slow", "ext_factor", "log_multiplier"]) {
      const key = `rope.scaling.yarn_${name}`;
      if (fields.has(key))
        fields.refuse(key, "nothing, since only YaRN's usual numbers are known,");
    }
  } else if (!["none", "linear", "yarn"].includes(type)) {
    fields.refuse("rope.scaling.type", '"none", "linear" or "yarn"');
  }
  const { frequencies, scale } = ropeFrequencies({ headDim: dimensions, base, scaling });
  if (factors === undefined) return { frequencies, scale };
  if (factors.length !== frequencies.length) {
    fields.refuse("rope.dimension_count", `${2 * factors.length}, as rope_freqs.weight has`);
  }
  return { frequencies: frequencies.map((f, i) => f / (factors[i] as number)), scale };
}
