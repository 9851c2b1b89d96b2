// The configuration of a model that a test can make and load.

import type { HuggingFaceConfig } from "./checkpoint.js";

export const smallQwen2: HuggingFaceConfig = {
  model_type: "qwen2",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
};
