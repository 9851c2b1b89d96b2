export { Engine, type EngineStats } from "./engine.js";
export type { EngineOptions } from "./engine-options.js";
export { SchedulerError, type SchedulerErrorCode } from "./errors.js";
export {
  type FinishReason,
  type GeneratedToken,
  type Generation,
  type GenerationSession,
  generate,
  type LastLogits,
} from "./generation/generate.js";
export type { GenerateOptions } from "./generation/generate-options.js";
export { type RandomPlace, uniform } from "./generation/philox.js";
export { logProbability, type SamplingOptions, sampleToken } from "./generation/sampling.js";
export type { Detokenizer } from "./generation/token-text.js";
export { Logits } from "./logits.js";
export type { EngineModel, KvType, Runner, RunnerOptions, Step } from "./model.js";
export type { AppendOptions, AppendProgress, Session, Want, WhenFull } from "./session.js";
