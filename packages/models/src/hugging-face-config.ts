// config.json of a Hugging Face model.

import { type Architecture, activationOf } from "./architectures/architecture.js";
import { checkConfig, type DecoderConfig, MOST_HEAD_DIM } from "./decoder-config.js";
import { ModelError } from "./errors.js";
import { Fields } from "./fields.js";
import { ropeOf } from "./rope-config.js";

/**
 * @param where what the error messages call the file
 * @throws ModelError `ERR_ARCHITECTURE` for a `model_type` that isn't known, `ERR_CONFIG` for fields that are
 *   missing or can't be
 */
export function configFromHuggingFace(
  json: Readonly<Record<string, unknown>>,
  known: readonly Architecture[],
  where = "config.json",
): DecoderConfig {
  const type = Fields.of(where, json).text("model_type");
  const architecture = known.find(({ modelTypes }) => modelTypes.includes(type));
  if (architecture === undefined) {
    const types = known.flatMap(({ modelTypes }) => modelTypes).join(", ");
    throw new ModelError(
      "ERR_ARCHITECTURE",
      `${where}: expected one of ${types} as model_type, found ${JSON.stringify(type)}`,
    );
  }
  const config = Fields.of(where, { ...architecture.defaults, ...json });
  const width = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  const layers = config.count("num_hidden_layers", undefined, 4096);
  const headDim = config.count("head_dim", Math.floor(width / heads), MOST_HEAD_DIM);
  const maxPositions = config.count("max_position_embeddings");
  const traits = architecture.traits?.(config, layers) ?? {};
  return checkConfig({
    architecture: architecture.name,
    vocabularySize: config.count("vocab_size"),
    width,
    layers,
    heads,
    keyHeads: config.count("num_key_value_heads", heads),
    headDim,
    hidden: config.count("intermediate_size"),
    activation: activationOf(config),
    normEpsilon: config.positive("rms_norm_eps", 1e-6),
    rope: ropeOf(config, headDim, maxPositions),
    interleaved: false,
    maxPositions,
    windows: traits.windows ?? Array.from({ length: layers }, () => 0),
    queryKeyNorm: traits.queryKeyNorm ?? false,
    biases: traits.biases ?? [],
    tied: config.boolean("tie_word_embeddings", false),
  });
}
