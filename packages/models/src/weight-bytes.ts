// How much memory a model's weights take, from its header alone.

import type { TensorSource } from "@ryanstream/format";
import { blockTypes } from "@ryanstream/kernels";
import type { DecoderConfig } from "./decoder-config.js";
import { layerShapes } from "./decoder-weights.js";
import { outlierTensors } from "./outlier-tensors.js";
import { specFor, type WeightFormat } from "./weight-format.js";
import type { WeightNames } from "./weight-names.js";

/**
 * Bytes of all weights, held so. Tensors that are missing, or of a type that doesn't load, count nothing.
 *
 * @throws ModelError `ERR_WEIGHTS` for outlier columns that can't be
 */
export function weightBytes(
  source: Pick<TensorSource, "tensors">,
  config: DecoderConfig,
  names: WeightNames,
  format: WeightFormat,
): number {
  const { vocabularySize, width, layers, headDim, tied, queryKeyNorm } = config;
  let bytes = 0;
  const matrix = (name: string, n: number, k: number, isEmbedding: boolean): void => {
    const dtype = source.tensors.get(name)?.dtype;
    const type = blockTypes.find((known) => known === dtype);
    if (type !== undefined) bytes += specFor(type, n, k, format, isEmbedding).byteLength;
  };
  const vector = (name: string, length: number): void => {
    if (source.tensors.has(name)) bytes += 4 * length; // in f32, whatever the file has
  };
  matrix(names.embedding, vocabularySize, width, true);
  if (!tied) matrix(names.head, vocabularySize, width, true);
  vector(names.norm, width);
  for (let i = 0; i < layers; i++) {
    const own = names.layer(i);
    const shapes = Object.entries(layerShapes(config)) as [
      keyof ReturnType<typeof layerShapes>,
      readonly [number, number],
    ][];
    for (const [key, [n, k]] of shapes) {
      matrix(own[key], n, k, false);
      const outliers = outlierTensors(source, own[key], [n, k]);
      if (outliers !== undefined) bytes += outliers.spec.byteLength + 4 * outliers.count;
      vector(own[`${key}Bias`], n);
    }
    vector(own.attentionNorm, width);
    vector(own.ffnNorm, width);
    if (queryKeyNorm) for (const name of [own.queryNorm, own.keyNorm]) vector(name, headDim);
  }
  return bytes;
}
