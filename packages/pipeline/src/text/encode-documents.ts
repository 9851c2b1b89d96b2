// Text to tokens, with loss on what a model shall learn to write.

import { integer } from "../check.js";
import { MAX_VOCABULARY } from "../limits.js";
import type { TokenDocument } from "../shards/token-document.js";
import type { TextDocument } from "./text-document.js";

/** Something that turns text into ids; tokenizers of `@ryanstream/tokenizer` do. */
export interface Encoder {
  encodeIds(text: string, options: { readonly addSpecialTokens: false }): Int32Array;
}

export interface EncodeOptions {
  /** A token at the start of every document. */
  readonly beginOfText?: number;
  /** A token at the end of every document, with loss: how a model learns to stop. */
  readonly endOfText?: number;
  readonly signal?: AbortSignal;
}

/**
 * Documents as tokens: `beginOfText`, those of the prompt, those of the text, `endOfText`.
 * Prompt and text are encoded apart, so that a prompt at generation has the same ids, and
 * the tokenizer adds no token of its own, since it would add it between them. The prompt
 * has no loss.
 */
export async function* encodeDocuments(
  documents: AsyncIterable<TextDocument> | Iterable<TextDocument>,
  encoder: Encoder,
  { beginOfText, endOfText, signal }: EncodeOptions = {},
): AsyncGenerator<TokenDocument, void, undefined> {
  const begin = specialToken(beginOfText, "beginOfText");
  const end = specialToken(endOfText, "endOfText");
  const encode = (text: string) => encoder.encodeIds(text, { addSpecialTokens: false });
  for await (const { text, prompt } of documents) {
    signal?.throwIfAborted();
    const before = prompt === undefined ? new Int32Array() : encode(prompt);
    const content = encode(text);
    const start = begin.length + before.length;
    const tokens = new Int32Array(start + content.length + end.length);
    tokens.set(begin);
    tokens.set(before, begin.length);
    tokens.set(content, start);
    tokens.set(end, start + content.length);
    if (before.length === 0) yield { tokens };
    else yield { tokens, loss: start < tokens.length ? [[start, tokens.length]] : [] };
  }
}

function specialToken(token: number | undefined, name: string): number[] {
  return token === undefined ? [] : [integer(token, name, 0, MAX_VOCABULARY - 1)];
}
