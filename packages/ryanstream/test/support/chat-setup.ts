// A conversation over an engine whose logits are an exact hash of all tokens before: any
// token that is missing, doubled or in another place changes every answer.

import { Engine } from "@ryanstream/scheduler";
import { Tokenizer } from "@ryanstream/tokenizer";
import { HashModel } from "../../../scheduler/test/support/hash-model.js";
import { Conversation, type ConversationOptions } from "../../src/chat/conversation.js";
import { TEMPLATE, tinyTokenizer } from "./tiny-model.js";

export async function setupChat(
  options: ConversationOptions = {},
  { template = TEMPLATE, maxLength = 2000 } = {},
) {
  const tokenizer = new Tokenizer({
    ...(await tinyTokenizer()),
    config: { chatTemplate: template },
  });
  const model = new HashModel({ vocabularySize: tokenizer.size, maxPositions: maxLength });
  const memory = 4096 * model.kvBytesPerPosition("f32");
  const engine = new Engine(model, { memory, maxLength, pageSize: 16 });
  const session = engine.createSession();
  const conversation = new Conversation(session, tokenizer, { maxTokens: 12, ...options });
  return { tokenizer, engine, session, conversation };
}

export async function textOf(
  conversation: Conversation,
  message: string,
  signal?: AbortSignal,
): Promise<string> {
  let all = "";
  const options = signal === undefined ? {} : { signal };
  for await (const { text = "" } of conversation.reply(message, options)) all += text;
  return all;
}
