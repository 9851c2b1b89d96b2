import { type Architecture, windowsOf } from "./architecture.js";

/**
 * Mistral 7B: Llama with a sliding window. GGUF files of it say that they are Llama's.
 *
 * @see Jiang et al., "Mistral 7B", 2023, arXiv 2310.06825, section 2.
 */
export const mistral: Architecture = {
  name: "mistral",
  modelTypes: ["mistral"],
  ggufNames: ["mistral"],
  ggufInterleaved: true,
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131072,
    sliding_window: 4096,
  },
  traits: (config, layers) => ({ windows: windowsOf(config, layers, () => true) }),
};
