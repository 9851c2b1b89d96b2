import { type Architecture, attentionBiasesOf } from "./architecture.js";
import { qwen2 } from "./qwen2.js";

/**
 * Qwen3: no biases, but queries and keys are normalised by head.
 *
 * @see Yang et al., "Qwen3 Technical Report", 2025, arXiv 2505.09388, section 2.
 */
export const qwen3: Architecture = {
  name: "qwen3",
  modelTypes: ["qwen3"],
  ggufNames: ["qwen3"],
  ggufInterleaved: false,
  defaults: { ...qwen2.defaults, head_dim: 128 },
  traits: (config, layers) => ({
    ...qwen2.traits?.(config, layers),
    biases: attentionBiasesOf(config),
    queryKeyNorm: true,
  }),
  ggufTraits: () => ({ queryKeyNorm: true }),
};
