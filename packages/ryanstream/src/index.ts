export {
  FormatError,
  type Inspection,
  inspect,
  openTensors,
  type TensorSource,
  verifyFile,
  writeGguf,
  writeRyan,
  writeSafetensors,
} from "@ryanstream/format";
export {
  describeModel,
  HubError,
  type HubOptions,
  type LayeredModel,
  type LoadModelOptions,
  type LoadProgress,
  loadModel,
  type Model,
  type ModelDescription,
  ModelError,
  type ModelHeaders,
  type ModelPlace,
  openHeaders,
  openLayers,
  resolveModel,
} from "@ryanstream/models";
export { QuantError, RyanQuantizer } from "@ryanstream/quant";
export {
  checkSteps,
  compileGrammar,
  equivalent,
  extractAnswer,
  type ProofEvent,
  type ProofResult,
  ProofSampler,
  type ProofSamplerOptions,
  SamplerError,
} from "@ryanstream/sampler";
export {
  Engine,
  type EngineOptions,
  type GeneratedToken,
  type GenerateOptions,
  type Generation,
  generate,
  Logits,
  logProbability,
  SchedulerError,
  type Session,
  sampleToken,
  uniform,
} from "@ryanstream/scheduler";
export { type ChatMessage, Tokenizer, TokenizerError } from "@ryanstream/tokenizer";
export {
  type ChatTokenizer,
  Conversation,
  type ConversationOptions,
  type ReplyOptions,
  type ReplyToken,
} from "./chat/conversation.js";
export { loadTokenizer } from "./model/load-tokenizer.js";
export { TrainError, type TrainErrorCode } from "./train/errors.js";
export { parseRecipe, type Recipe, readRecipe } from "./train/recipe.js";
export { type TrainOptions, type TrainResult, train } from "./train/train.js";
export type { StepProgress, TrainEvent } from "./train/train-event.js";
