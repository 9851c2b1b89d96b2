import { type Architecture, attentionBiasesOf } from "./architecture.js";

/**
 * Llama 2 and 3, and what shares its files: DeepSeek-Math among others.
 *
 * @see Touvron et al., "Llama 2", 2023, arXiv 2307.09288; Grattafiori et al., "The Llama 3 Herd of Models",
 *   2024, arXiv 2407.21783, section 3.2.
 */
export const llama: Architecture = {
  name: "llama",
  modelTypes: ["llama"],
  ggufNames: ["llama"],
  ggufInterleaved: true,
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
  },
  traits: (config) => ({
    biases: [
      ...attentionBiasesOf(config),
      ...(config.boolean("mlp_bias", false) ? (["gate", "up", "down"] as const) : []),
    ],
  }),
};
