// The weights of a decoder as parameters in f32, by the names that files have for them.

import { f32, type Initial, type Parameter, parameter } from "@ryanstream/tensor";
import type { DecoderConfig } from "../decoder-config.js";
import { layerShapes } from "../decoder-weights.js";
import { huggingFaceNames } from "../weight-names.js";

/** What a weight is for, which decides how it begins and which optimizer suits it. */
export type WeightRole =
  /** Rows of tokens: embedding and head. */
  | "embedding"
  /** A matrix between layers that reads the residual stream. */
  | "matrix"
  /** A matrix whose product is added to the residual stream. */
  | "residual"
  | "norm"
  | "bias";

export interface WeightShape {
  /** As in Hugging Face's files. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: WeightRole;
}

const matrices = ["query", "key", "value", "output", "gate", "up", "down"] as const;

/** All weights of a decoder, in a fixed order. */
export function weightShapes(config: DecoderConfig): WeightShape[] {
  const { vocabularySize, width, headDim, layers, queryKeyNorm, biases, tied } = config;
  const { embedding, norm, head, layer } = huggingFaceNames;
  const shapes = layerShapes(config);
  const all: WeightShape[] = [];
  const add = (name: string, role: WeightRole, ...shape: number[]) =>
    all.push({ name, role, shape });
  add(embedding, "embedding", vocabularySize, width);
  for (let i = 0; i < layers; i++) {
    const names = layer(i);
    add(names.attentionNorm, "norm", width);
    if (queryKeyNorm) {
      add(names.queryNorm, "norm", headDim);
      add(names.keyNorm, "norm", headDim);
    }
    add(names.ffnNorm, "norm", width);
    for (const key of matrices) {
      add(names[key], key === "output" || key === "down" ? "residual" : "matrix", ...shapes[key]);
      if (biases.includes(key)) add(names[`${key}Bias`], "bias", shapes[key][0]);
    }
  }
  add(norm, "norm", width);
  if (!tied) add(head, "embedding", vocabularySize, width);
  return all;
}

/** By name; in the order of {@link weightShapes}. */
export function makeParameters(
  config: DecoderConfig,
  init: (weight: WeightShape) => Initial<"f32">,
): ReadonlyMap<string, Parameter<"f32">> {
  return new Map(
    weightShapes(config).map((weight) => [
      weight.name,
      parameter(weight.name, f32(...weight.shape), { init: init(weight) }),
    ]),
  );
}
