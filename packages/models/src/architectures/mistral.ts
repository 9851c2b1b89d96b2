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
  traits: (config, layers) => ({ windows: windowsOf(config, layers, () => true) }),
};
