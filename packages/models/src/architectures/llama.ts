import { type Architecture, biasesOf } from "./architecture.js";

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
  traits: (config) => ({ biases: biasesOf(config) }),
};
