import { type Architecture, windowsOf } from "./architecture.js";

/**
 * Qwen2, Qwen2.5 and Qwen2.5-Math: Llama with biases of queries, keys and values.
 *
 * @see Yang et al., "Qwen2 Technical Report", 2024, arXiv 2407.10671, section 2.2.
 */
export const qwen2: Architecture = {
  name: "qwen2",
  modelTypes: ["qwen2"],
  ggufNames: ["qwen2"],
  ggufInterleaved: false,
  defaults: {
    vocab_size: 151936,
    hidden_size: 4096,
    intermediate_size: 22016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    max_position_embeddings: 32768,
    sliding_window: 4096,
    max_window_layers: 28,
  },
  traits(config, layers) {
    const biases = ["query", "key", "value"] as const;
    if (!config.boolean("use_sliding_window", false)) return { biases };
    // Layers from this one on.
    const first = config.raw("max_window_layers") === 0 ? 0 : config.count("max_window_layers");
    return { biases, windows: windowsOf(config, layers, (i) => i >= first) };
  },
  ggufTraits: () => ({ biases: ["query", "key", "value"] }),
};
