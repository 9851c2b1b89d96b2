// The tensors of a decoder's files in the order of its computation: matrices, and what is kept as it is.

import type { TensorSource } from "@ryanstream/format";
import type { DecoderConfig } from "../decoder-config.js";
import { layerShapes } from "../decoder-weights.js";
import { biasOf, expectKnownTensors, type ProjectionKey, tensorOf } from "../expect-tensors.js";
import type { WeightNames } from "../weight-names.js";
import type { LayeredMatrix, LayeredVector, LayerInput } from "./layered-model.js";

export const projections = ["query", "key", "value", "output", "gate", "up", "down"] as const;

const inputs: Readonly<Record<ProjectionKey, LayerInput>> = {
  query: "attention-in",
  key: "attention-in",
  value: "attention-in",
  output: "attention-out",
  gate: "ffn-in",
  up: "ffn-in",
  down: "ffn-out",
};

/** Factors of rotations, which GGUF files of Llama 3 have as a tensor. */
const ROTATIONS = "rope_freqs.weight";

export interface ListedTensors {
  readonly matrices: readonly LayeredMatrix[];
  readonly kept: readonly LayeredVector[];
  /** Numbers that were trained. */
  readonly parameters: number;
}

/** @throws ModelError `ERR_WEIGHTS` for tensors that are missing, of another shape, or too many */
export function listTensors(
  source: TensorSource,
  config: DecoderConfig,
  names: WeightNames,
): ListedTensors {
  expectKnownTensors(source, config, names, { outliers: true });
  const { vocabularySize, width, headDim, layers, queryKeyNorm, tied } = config;
  const matrices: LayeredMatrix[] = [];
  const kept: LayeredVector[] = [];
  let parameters = 0;
  const matrix = (
    name: string,
    shape: readonly [number, number],
    kind: LayeredMatrix["kind"],
    layer?: number,
    input?: LayerInput,
  ) => {
    parameters += tensorOf(source, name, shape).elements;
    matrices.push({ name, shape, kind, layer, input });
  };
  const vector = (name: string, shape: readonly number[]) => {
    const { dtype, elements } = tensorOf(source, name, shape);
    if (name !== ROTATIONS) parameters += elements;
    kept.push({ name, dtype: dtype === "F16" || dtype === "BF16" ? dtype : "F32", shape });
  };
  const rotations = source.tensors.get(ROTATIONS);
  if (rotations !== undefined) vector(ROTATIONS, rotations.shape);
  matrix(names.embedding, [vocabularySize, width], "embedding");
  const shapes = layerShapes(config);
  for (let i = 0; i < layers; i++) {
    const own = names.layer(i);
    vector(own.attentionNorm, [width]);
    if (queryKeyNorm) for (const name of [own.queryNorm, own.keyNorm]) vector(name, [headDim]);
    for (const key of projections) {
      if (key === "gate") vector(own.ffnNorm, [width]);
      const kind = inputs[key].startsWith("attention") ? "attention" : "ffn";
      matrix(own[key], shapes[key], kind, i, inputs[key]);
      const bias = biasOf(source, config, own[`${key}Bias`], key);
      if (bias !== undefined) vector(bias, [shapes[key][0]]);
    }
  }
  vector(names.norm, [width]);
  if (!tied) matrix(names.head, [vocabularySize, width], "head");
  return { matrices, kept, parameters };
}
