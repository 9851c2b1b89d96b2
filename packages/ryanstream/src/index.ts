export {
  FormatError,
  type Inspection,
  inspect,
  openTensors,
  type TensorSource,
  writeGguf,
  writeSafetensors,
} from "@ryanstream/format";
export {
  type LoadModelOptions,
  loadModel,
  type Model,
  ModelError,
  type ModelPlace,
  resolveModel,
} from "@ryanstream/models";
export {
  Engine,
  type EngineOptions,
  type GeneratedToken,
  type GenerateOptions,
  type Generation,
  generate,
  SchedulerError,
  type Session,
} from "@ryanstream/scheduler";
export { type ChatMessage, Tokenizer, TokenizerError } from "@ryanstream/tokenizer";
export {
  type ChatTokenizer,
  Conversation,
  type ConversationOptions,
  type ReplyOptions,
} from "./chat/conversation.js";
