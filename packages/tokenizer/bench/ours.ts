// Our side of the benchmark.

import { readFile } from "node:fs/promises";
import { ChatTemplate } from "../src/chat.js";
import { type ChatMessage, type Encoding, MathTokenizer, Tokenizer } from "../src/index.js";
import type { Peer } from "./peers.js";
import type { VocabularyFiles } from "./vocabularies.js";

export const loadOurs = (source: string | Uint8Array): Promise<Tokenizer> => Tokenizer.load(source);

export const loadMath = (source: string): Promise<MathTokenizer> => MathTokenizer.load(source);

/** Starts and ends by turns. */
export function offsetsOf({ starts, ends }: Encoding): number[] {
  return Array.from(starts, (start, i) => [start, ends[i] as number]).flat();
}

/** The chat template of a tokenizer_config.json, ready to render. */
export async function loadChat(config: string): Promise<(input: object) => string> {
  const { chat_template } = JSON.parse(await readFile(config, "utf8")) as { chat_template: string };
  const template = new ChatTemplate(chat_template);
  return (input) => {
    const { messages } = input as { messages: readonly ChatMessage[] };
    return template.render(messages, { addGenerationPrompt: true });
  };
}

export async function oursAsPeer({ ours }: VocabularyFiles): Promise<Peer> {
  const tokenizer = await loadOurs(ours);
  const plain = { addSpecialTokens: false };
  return {
    encode: (text) => tokenizer.encodeIds(text, plain),
    decode: (ids) => tokenizer.decode(ids),
    count: (text) => tokenizer.count(text, plain),
  };
}
