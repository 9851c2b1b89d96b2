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
    if (!config.boolean("use_sliding_window", false)) return {};
    const first = config.has("max_window_layers") ? Number(config.raw("max_window_layers")) : 0;
    return { windows: windowsOf(config, layers, (i) => i >= first) };
  },
};
