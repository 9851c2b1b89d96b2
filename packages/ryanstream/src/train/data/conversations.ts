// Conversations as tokens, with loss on what the assistant says.

import type { TokenDocument } from "@ryanstream/pipeline";
import type { ChatMessage } from "@ryanstream/tokenizer";
import { ensure, TrainError } from "../errors.js";

/** What is needed of a tokenizer. */
export interface ChatEncoder {
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options?: { readonly addGenerationPrompt?: boolean },
  ): Promise<string>;
  encodeIds(text: string, options: { readonly addSpecialTokens: false }): Int32Array;
}

/**
 * The tokens of a conversation. What comes before an answer and the answer are encoded apart, as they are when a model
 * answers; loss is on the answers, with what the template puts at their ends. Messages after the last answer are left out.
 *
 * @param where  what error messages call the conversation
 * @throws TrainError `ERR_DATA` for a template whose text of the first messages isn't the beginning of the whole
 */
export async function encodeConversation(
  messages: readonly ChatMessage[],
  encoder: ChatEncoder,
  where: string,
): Promise<TokenDocument> {
  const parts: Int32Array[] = [];
  const loss: [number, number][] = [];
  let [text, length] = ["", 0];
  const add = (until: string, answers: boolean) => {
    ensure(
      until.startsWith(text),
      "ERR_DATA",
      () =>
        `${where}: expected a chat template whose text of a conversation's beginning stays when the conversation goes on`,
    );
    const ids = encoder.encodeIds(until.slice(text.length), { addSpecialTokens: false });
    parts.push(ids);
    if (answers && ids.length > 0) loss.push([length, length + ids.length]);
    text = until;
    length += ids.length;
  };
  const render = async (count: number, addGenerationPrompt: boolean): Promise<string> => {
    try {
      return await encoder.applyChatTemplate(messages.slice(0, count), { addGenerationPrompt });
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new TrainError("ERR_DATA", `${where}: the chat template refuses it: ${what}`, {
        cause,
      });
    }
  };
  for (const [i, { role }] of messages.entries()) {
    if (role !== "assistant") continue;
    add(await render(i, true), false);
    add(await render(i + 1, false), true);
  }
  ensure(loss.length > 0, "ERR_DATA", () => `${where}: expected a message of the role assistant`);
  const tokens = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    tokens.set(part, at);
    at += part.length;
  }
  return { tokens, loss };
}

/** The messages of a line of JSON. */
export function parseConversation(line: string, where: string): ChatMessage[] {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new TrainError("ERR_DATA", `${where}: ${(cause as Error).message}`, { cause });
  }
  const messages = (json as { messages?: unknown } | null)?.messages;
  const valid =
    Array.isArray(messages) &&
    messages.every((each) => typeof each?.role === "string" && typeof each.content === "string");
  ensure(valid, "ERR_DATA", () => `${where}: expected messages, each with role and content`);
  return messages as ChatMessage[];
}
