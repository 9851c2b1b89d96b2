// A conversation as chat templates take it: what its messages may hold, checks that say
// which message is wrong, and the small repairs that Hugging Face's tokenizers make.

import { TokenizerError } from "../errors.js";

/** A part of a message's content; templates read other fields too (`image`, `audio`). */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly [field: string]: unknown;
}

export interface ToolCall {
  readonly id?: string;
  readonly type?: string;
  readonly function: {
    readonly name: string;
    /** An object, or JSON as text; which of them a template expects differs. */
    readonly arguments: unknown;
  };
  readonly [field: string]: unknown;
}

/** One message; a template may read any other field. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly ContentPart[] | null;
  readonly tool_calls?: readonly ToolCall[] | null;
  readonly tool_call_id?: string | null;
  readonly name?: string | null;
  /** What a model thought before it answered. */
  readonly reasoning_content?: string | null;
  readonly [field: string]: unknown;
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const field = (message: object, name: string): unknown =>
  message instanceof Map ? message.get(name) : (message as Record<string, unknown>)[name];
const found = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;

/** Throws ERR_ARGUMENT unless `messages` is an array of objects whose roles are text; other fields are the template's business. */
export function checkMessages(messages: unknown): asserts messages is readonly object[] {
  if (!Array.isArray(messages)) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      `expected an array of messages, found ${found(messages)}`,
    );
  }
  messages.forEach((message, i) => {
    if (!isRecord(message)) {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected an object with role and content as message ${i}, found ${found(message)}`,
      );
    }
    const role = field(message, "role");
    if (role !== undefined && role !== null && typeof role !== "string") {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected text as role of message ${i}, found ${found(role)}`,
      );
    }
  });
}

const reasoningFields = ["reasoning_content", "thinking", "reasoning"];

/**
 * Messages as Hugging Face's `apply_chat_template` hands them to a template: fields that are
 * null are left out, and reasoning is found under `reasoning_content` and `thinking`
 * whichever name it came by. {@link ChatTemplate.render} does none of this by itself.
 */
export function normalizeMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  checkMessages(messages);
  return messages.map((message) => {
    const kept = Object.fromEntries(
      Object.entries(message).filter(([, value]) => value !== null && value !== undefined),
    );
    const reasoning = reasoningFields
      .map((name) => kept[name])
      .find((value) => value !== undefined);
    return (reasoning === undefined
      ? kept
      : { thinking: reasoning, ...kept, reasoning_content: reasoning }) as unknown as ChatMessage;
  });
}
