export { parseJson } from "./chat/json.js";
export {
  type ChatMessage,
  type ContentPart,
  normalizeMessages,
  type ToolCall,
} from "./chat/messages.js";
export {
  ChatTemplate,
  type ChatTemplateOptions,
  type MaskedRender,
  type RenderOptions,
} from "./chat/template.js";
export { Float } from "./chat/values.js";
