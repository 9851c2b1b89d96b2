// The configuration in the metadata of a GGUF file. Keys: ggml, docs/gguf.md.

import type { TensorSource } from "@ryanstream/format";
import type { Architecture } from "./architectures/architecture.js";
import { checkConfig, type DecoderConfig, MOST_HEAD_DIM } from "./decoder-config.js";
import { ModelError } from "./errors.js";
import { Fields } from "./fields.js";
import { ggufRopeOf } from "./gguf-rope.js";

/** A tensor's sizes, outermost first, or an error if it is missing. */
function shapeOf(source: TensorSource, name: string): readonly number[] {
  const info = source.tensors.get(name);
  if (info !== undefined) return info.shape;
  throw new ModelError("ERR_WEIGHTS", `GGUF: expected a tensor ${name}, found none`);
}

/**
 * @throws ModelError `ERR_ARCHITECTURE` for a `general.architecture` that isn't known, `ERR_CONFIG` for keys that
 *   are missing or can't be, `ERR_WEIGHTS` for a file without an embedding
 */
export async function configFromGguf(
  source: TensorSource,
  known: readonly Architecture[],
): Promise<DecoderConfig> {
  const all = new Fields("GGUF", (name) => source.metadata.get(name));
  const name = all.text("general.architecture");
  const architecture = known.find(({ ggufNames }) => ggufNames.includes(name));
  if (architecture === undefined) {
    const names = known.flatMap(({ ggufNames }) => ggufNames).join(", ");
    throw new ModelError(
      "ERR_ARCHITECTURE",
      `GGUF: expected one of ${names} as general.architecture, found ${JSON.stringify(name)}`,
    );
  }
  const own = new Fields(`GGUF: ${name}`, (key) => source.metadata.get(`${name}.${key}`));
  const width = own.count("embedding_length");
  const heads = own.count("attention.head_count");
  const layers = own.count("block_count", undefined, 4096);
  const headDim = own.count("attention.key_length", Math.floor(width / heads), MOST_HEAD_DIM);
  const maxPositions = own.count("context_length");
  if (own.has("attention.value_length") && own.count("attention.value_length") !== headDim) {
    own.refuse("attention.value_length", `${headDim}, as attention.key_length,`);
  }
  if (own.raw("expert_count")) own.refuse("expert_count", "a decoder without experts: 0");
  const factors = source.tensors.has("rope_freqs.weight")
    ? await source.readF32("rope_freqs.weight")
    : undefined;
  // 0 is how some converters say that there is none.
  const window = own.raw("attention.sliding_window") ? own.count("attention.sliding_window") : 0;
  const traits = architecture.ggufTraits?.(own, layers) ?? {};
  return checkConfig({
    architecture: architecture.name,
    vocabularySize: shapeOf(source, "token_embd.weight")[0] ?? 0,
    width,
    layers,
    heads,
    keyHeads: own.count("attention.head_count_kv", heads),
    headDim,
    hidden: own.count("feed_forward_length"),
    activation: "swiglu",
    normEpsilon: own.positive("attention.layer_norm_rms_epsilon", 1e-6),
    rope: ggufRopeOf(own, headDim, maxPositions, factors),
    interleaved: architecture.ggufInterleaved,
    maxPositions,
    windows: traits.windows ?? Array.from({ length: layers }, () => window),
    queryKeyNorm: traits.queryKeyNorm ?? false,
    biases: traits.biases ?? [],
    tied: !source.tensors.has("output.weight"),
  });
}
