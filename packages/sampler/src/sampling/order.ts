// In which order logits are changed and tokens filtered, as other samplers do it.

import { ensure } from "../errors.js";
import { describe } from "./check.js";

/**
 * What can be done to logits. The first seven change the logits of single tokens, the others keep some of the tokens; the
 * temperature divides.
 */
export type Stage =
  | "logitBias"
  | "allowedTokens"
  | "badWords"
  | "minTokens"
  | "penalties"
  | "noRepeatNgram"
  | "dry"
  | "temperature"
  | "topNSigma"
  | "topK"
  | "typicalP"
  | "topP"
  | "minP"
  | "epsilonCutoff"
  | "etaCutoff"
  | "xtc";

/** Whose order it is. */
export type SamplingPreset = "vllm" | "hf" | "llama.cpp";

/**
 * - `vllm`: v1's `Sampler`, temperature first, min-p before top-k and top-p
 * - `hf`: the processors and warpers of transformers' `generate`, temperature first
 * - `llama.cpp`: the default chain of its `common/sampling.cpp`, temperature last
 *
 * What one of them lacks comes after what it has of the same kind: changes of single logits, then filters.
 */
export const samplingOrders: Readonly<Record<SamplingPreset, readonly Stage[]>> = {
  vllm: [
    ...(["allowedTokens", "badWords", "minTokens", "logitBias", "penalties"] as const),
    ...(["noRepeatNgram", "dry"] as const),
    ...(["temperature", "minP", "topK", "topP"] as const),
    ...(["typicalP", "epsilonCutoff", "etaCutoff", "topNSigma", "xtc"] as const),
  ],
  hf: [
    ...(["logitBias", "penalties", "noRepeatNgram", "badWords", "minTokens"] as const),
    ...(["allowedTokens", "dry"] as const),
    ...(["temperature", "topK", "topP", "minP", "typicalP", "epsilonCutoff", "etaCutoff"] as const),
    ...(["topNSigma", "xtc"] as const),
  ],
  "llama.cpp": [
    ...(["logitBias", "penalties", "dry"] as const),
    ...(["allowedTokens", "badWords", "minTokens", "noRepeatNgram"] as const),
    ...(["topNSigma", "topK", "typicalP", "topP", "minP", "xtc"] as const),
    ...(["epsilonCutoff", "etaCutoff", "temperature"] as const),
  ],
};

const stages: ReadonlySet<unknown> = new Set(samplingOrders.vllm);

/** @throws SamplerError ERR_ARGUMENT for what isn't an order of stages, each at most once. */
export function checkOrder(order: unknown): readonly Stage[] {
  const fail = (found: string) => () => `order: expected names of stages, each once, ${found}`;
  ensure(Array.isArray(order), "ERR_ARGUMENT", fail(`found ${describe(order)}`));
  const seen = new Set<unknown>();
  for (const stage of order as unknown[]) {
    ensure(stages.has(stage), "ERR_ARGUMENT", fail(`found ${describe(stage)}`));
    ensure(!seen.has(stage), "ERR_ARGUMENT", fail(`found ${describe(stage)} twice`));
    seen.add(stage);
  }
  return [...(order as Stage[])];
}
