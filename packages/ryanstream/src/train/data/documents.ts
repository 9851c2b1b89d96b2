// The documents of a recipe: as texts, for a tokenizer to learn from, and as tokens.

import {
  encodeDocuments,
  readJsonl,
  readLines,
  readParquet,
  type TextDocument,
  type TokenDocument,
} from "@ryanstream/pipeline";
import { type Problem, problems } from "@ryanstream/problems";
import type { ChatMessage, Tokenizer } from "@ryanstream/tokenizer";
import type { ChatSource, DataSource, ProblemsSource, TextSource } from "../recipe.js";
import { encodeConversation, parseConversation } from "./conversations.js";

const MAX_LINE_BYTES = 2 ** 24;

/** A problem as a question and its answer. */
export const conversationOf = ({
  question,
  solution,
}: Pick<Problem, "question" | "solution">): ChatMessage[] => [
  { role: "user", content: question },
  { role: "assistant", content: solution.join("\n") },
];

/** All texts of a recipe's data, document by document. */
export async function* textsOf(
  data: readonly DataSource[],
  signal: AbortSignal | undefined,
): AsyncGenerator<string[]> {
  for (const source of data) {
    if (source.type === "problems" || source.type === "chat") {
      for await (const { messages } of conversationsOf(source, signal)) {
        yield messages.map(({ content }) => content as string);
      }
    } else {
      for await (const { prompt, text } of readSource(source, signal)) {
        yield prompt === undefined ? [text] : [prompt, text];
      }
    }
  }
}

/**
 * All documents of a recipe's data as tokens. Text ends with the tokenizer's end of text; problems and conversations as
 * its chat template has it.
 */
export async function* tokensOf(
  data: readonly DataSource[],
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): AsyncGenerator<TokenDocument> {
  for (const source of data) {
    if (source.type === "problems" || source.type === "chat") {
      for await (const { messages, where } of conversationsOf(source, signal)) {
        yield await encodeConversation(messages, tokenizer, where);
      }
    } else {
      const { eosId } = tokenizer;
      yield* encodeDocuments(readSource(source, signal), tokenizer, {
        ...(eosId === undefined ? {} : { endOfText: eosId }),
        ...(signal === undefined ? {} : { signal }),
      });
    }
  }
}

async function* conversationsOf(
  source: ProblemsSource | ChatSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly messages: ChatMessage[]; readonly where: string }> {
  if (source.type === "problems") {
    const { seed, from, count, kinds, difficulty } = source;
    for (const problem of problems({ seed, split: "train", from, count, kinds, difficulty })) {
      signal?.throwIfAborted();
      yield { messages: conversationOf(problem), where: `problem ${problem.id}` };
    }
    return;
  }
  let number = 0;
  for await (const line of readLines(source.path, { maxBytes: MAX_LINE_BYTES, signal })) {
    number++;
    const where = `${source.path}:${number}`;
    if (line.trim() !== "") yield { messages: parseConversation(line, where), where };
  }
}

function readSource(
  { type, path, text, prompt }: TextSource,
  signal: AbortSignal | undefined,
): AsyncIterable<TextDocument> {
  const options = {
    text,
    ...(prompt === undefined ? {} : { prompt }),
    ...(signal === undefined ? {} : { signal }),
  };
  return type === "jsonl" ? readJsonl(path, options) : readParquet(path, options);
}
