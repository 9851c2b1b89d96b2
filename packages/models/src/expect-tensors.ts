// Whether the tensors of a file are those of the decoder that its configuration describes.

import type { TensorInfo, TensorSource } from "@ryanstream/format";
import type { DecoderConfig } from "./decoder-config.js";
import { layerShapes } from "./decoder-weights.js";
import { ensure, ModelError } from "./errors.js";
import { outlierNames } from "./outlier-tensors.js";
import type { WeightNames } from "./weight-names.js";

type Tensors = Pick<TensorSource, "tensors" | "files">;

const projectionKeys = ["query", "key", "value", "output", "gate", "up", "down"] as const;

/** A matrix of a layer. */
export type ProjectionKey = (typeof projectionKeys)[number];

/**
 * A tensor of a layer that nothing reads means another model than the configuration says.
 *
 * @param options  `outliers`: whether matrices may have outlier columns beside them
 * @throws ModelError `ERR_WEIGHTS`
 */
export function expectKnownTensors(
  { tensors }: Tensors,
  { architecture, layers, queryKeyNorm }: DecoderConfig,
  names: WeightNames,
  { outliers = false }: { readonly outliers?: boolean } = {},
): void {
  const known = new Set<string>();
  for (let i = 0; i < layers; i++) {
    const { queryNorm, keyNorm, ...own } = names.layer(i);
    for (const name of Object.values(own)) known.add(name);
    for (const key of outliers ? projectionKeys : []) {
      for (const name of Object.values(outlierNames(own[key]))) known.add(name);
    }
    if (queryKeyNorm) known.add(queryNorm).add(keyNorm);
  }
  for (const name of [names.embedding, names.head].flatMap((m) => Object.values(outlierNames(m)))) {
    ensure(
      !tensors.has(name),
      "ERR_WEIGHTS",
      () => `${name}: expected outlier columns of matrices of layers only`,
    );
  }
  for (const name of tensors.keys()) {
    if (!/(^|\.)(layers|blk)\.\d+\./.test(name) || known.has(name)) continue;
    // Tables that older files carry, and that are computed here.
    if (/rotary_emb\.inv_freq$|attn_rot_embd/.test(name)) continue;
    throw new ModelError(
      "ERR_WEIGHTS",
      `${name}: expected only tensors that a ${architecture} of ${layers} layers has`,
    );
  }
}

/**
 * A tensor of that shape.
 *
 * @throws ModelError `ERR_WEIGHTS`
 */
export function tensorOf(
  { tensors, files }: Tensors,
  name: string,
  shape: readonly number[],
): TensorInfo {
  const info = tensors.get(name);
  if (info === undefined) {
    throw new ModelError(
      "ERR_WEIGHTS",
      `expected a tensor ${name} of [${shape}], found none in ${files[0]?.path}`,
    );
  }
  const same = info.shape.length === shape.length && info.shape.every((n, i) => n === shape[i]);
  ensure(
    same,
    "ERR_WEIGHTS",
    () => `${name}: expected [${shape}], found [${info.shape}] in ${info.file}`,
  );
  return info;
}

/**
 * The name of a projection's bias where the file has one.
 *
 * @throws ModelError `ERR_WEIGHTS` where it must have one
 */
export function biasOf(
  { tensors }: Tensors,
  config: DecoderConfig,
  name: string,
  key: ProjectionKey,
): string | undefined {
  if (tensors.has(name)) return name;
  ensure(
    !config.biases.includes(key),
    "ERR_WEIGHTS",
    () => `expected a tensor ${name} of [${layerShapes(config)[key][0]}], found none`,
  );
  return undefined;
}
