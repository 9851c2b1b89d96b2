// Rotary embedding as config.json describes it: `rope_theta` and `rope_scaling`, or both as
// `rope_parameters` (transformers 5). Source: transformers, `modeling_rope_utils.py`.

import { type RopeFrequencies, type RopeScaling, ropeFrequencies } from "@ryanstream/kernels";
import type { Fields } from "./fields.js";

/** @throws ModelError `ERR_CONFIG` for fields that can't be, before anything is computed from them. */
export function ropeOf(config: Fields, headDim: number, maxPositions: number): RopeFrequencies {
  const parameters = parametersOf(config);
  const from = (name: string): Fields => (parameters?.has(name) ? parameters : config);
  const base = baseOf(from("rope_theta"), "rope_theta");
  const share = from("partial_rotary_factor").positive("partial_rotary_factor", 1);
  const rotated = 2 * Math.floor((headDim * share) / 2);
  if (rotated < 2 || rotated > headDim) {
    from("partial_rotary_factor").refuse(
      "partial_rotary_factor",
      `a part of ${headDim} dimensions`,
    );
  }
  // Some files name the length of pre-training beside the other fields; there it comes first.
  const length = config.has("original_max_position_embeddings")
    ? config.count("original_max_position_embeddings")
    : undefined;
  const scaling = parameters && scalingOf(parameters, maxPositions, length);
  const rope = ropeFrequencies({ headDim: rotated, base, scaling });
  return isUsable(rope) ? rope : config.refuse("rope_scaling", "a scale that float32 holds,");
}

/** Whether cosines and sines can be multiplied by the scale. */
export const isUsable = ({ scale }: RopeFrequencies): boolean =>
  Number.isFinite(Math.fround(scale)) && Math.fround(scale) > 0;

/** The object that counts: the older one goes first unless it is empty. */
function parametersOf(config: Fields): Fields | undefined {
  const older = config.object("rope_scaling");
  const isEmpty = Object.keys(config.raw("rope_scaling") ?? {}).length === 0;
  const parameters = isEmpty ? config.object("rope_parameters") : older;
  for (const type of ["full_attention", "sliding_attention"]) {
    if (parameters?.has(type)) parameters.refuse(type, "nothing, since layers don't differ,");
  }
  return parameters;
}

export function baseOf(fields: Fields, name: string): number {
  const base = fields.positive(name, 10000);
  return base > 1 ? base : fields.refuse(name, "a number above 1");
}

/** How many times longer texts become. */
export function factorOf(fields: Fields, name: string, fallback?: number): number {
  const factor = fields.positive(name, fallback);
  return factor >= 1 ? factor : fields.refuse(name, "a number of at least 1");
}

function scalingOf(
  fields: Fields,
  maxPositions: number,
  givenLength: number | undefined,
): RopeScaling | undefined {
  // Files before transformers 4.43 say `type`.
  const field = fields.has("rope_type") ? "rope_type" : "type";
  const type = fields.text(field, "default");
  const originalLength = () =>
    givenLength ?? fields.count("original_max_position_embeddings", maxPositions);
  switch (type) {
    case "default":
      return undefined;
    case "linear":
      return { type, factor: factorOf(fields, "factor") };
    case "llama3": {
      const [lowFactor, highFactor] = ascending(fields, "low_freq_factor", "high_freq_factor");
      const factor = factorOf(fields, "factor");
      return { type, factor, originalLength: originalLength(), lowFactor, highFactor };
    }
    case "yarn":
      return yarnOf(fields, maxPositions, originalLength());
    default:
      return fields.refuse(
        field,
        'a scaling that is the same for every length, "default", "linear", "llama3" or "yarn",',
      );
  }
}

function yarnOf(fields: Fields, maxPositions: number, originalLength: number): RopeScaling {
  // Null and 0 are how files say that these are not given.
  const given = (name: string) => (fields.raw(name) === 0 ? undefined : fields.maybe(name));
  const [lowRotations, highRotations] = ascending(fields, "beta_slow", "beta_fast", [1, 32]);
  const [mscale, mscaleAll] = [given("mscale"), given("mscale_all_dim")];
  const attentionFactor = fields.maybe("attention_factor");
  // A factor of null is what the lengths say.
  const stretched = fields.says("factor") ? maxPositions / originalLength : undefined;
  if (!fields.has("factor") && stretched !== undefined && stretched < 1) {
    fields.refuse(
      "original_max_position_embeddings",
      `at most ${maxPositions} with a factor of null`,
    );
  }
  return {
    type: "yarn",
    factor: factorOf(fields, "factor", stretched),
    originalLength,
    lowRotations,
    highRotations,
    truncate: fields.boolean("truncate", !fields.says("truncate")),
    ...(attentionFactor === undefined ? {} : { attentionFactor }),
    ...(mscale === undefined ? {} : { mscale }),
    ...(mscaleAll === undefined ? {} : { mscaleAll }),
  };
}

/** Two numbers, the second above the first; those that are missing or 0 are as `fallbacks`. */
export function ascending(
  fields: Fields,
  lower: string,
  upper: string,
  fallbacks?: readonly [number, number],
): [number, number] {
  const read = (name: string, fallback: number | undefined) =>
    fallback !== undefined && fields.raw(name) === 0 ? fallback : fields.positive(name, fallback);
  const low = read(lower, fallbacks?.[0]);
  const high = read(upper, fallbacks?.[1]);
  return high > low ? [low, high] : fields.refuse(upper, `a number above the ${low} of ${lower}`);
}
