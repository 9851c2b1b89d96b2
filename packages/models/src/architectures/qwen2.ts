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
  traits(config, layers) {
    const biases = ["query", "key", "value"] as const;
    if (!config.boolean("use_sliding_window", false)) return { biases };
    // Layers from this one on; 28 is the default of transformers' Qwen2Config.
    const first = config.raw("max_window_layers") === 0 ? 0 : config.count("max_window_layers", 28);
    return { biases, windows: windowsOf(config, layers, (i) => i >= first) };
  },
  ggufTraits: () => ({ biases: ["query", "key", "value"] }),
};
