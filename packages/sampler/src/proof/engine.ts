// What decoding needs of an engine and of a tokenizer: a few methods, so that any will do.

import type { EngineLogits } from "../sampling/engine-logits.js";

/** The logits of an append. They are disposed of, if they can be, once a token has been chosen. */
export interface ProofLogits {
  /** What follows the last token, one number for each token of the vocabulary; may be changed. */
  readonly last: Float32Array;
  /** The same, of an engine that finds the largest by itself: `last` is then read only where a line begins. */
  readonly top?: EngineLogits;
  [Symbol.dispose]?(): void;
}

/** One sequence: a `Session` of `@ryanstream/scheduler`, or anything else with these methods. */
export interface ProofSession {
  /** Tokens that it holds. */
  readonly length: number;
  /** The most tokens that it can hold; without it, no limit. */
  readonly maxLength?: number;
  /** Adds tokens; rejects without having added any. */
  append(
    tokens: Int32Array,
    want: "last",
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<ProofLogits>;
  /** Forgets all tokens from `length` on. */
  truncate(length: number): void;
  /** A second sequence with the same tokens, independent from then on. */
  fork(): ProofSession;
  [Symbol.dispose]?(): void;
}

/** A `Tokenizer` of `@ryanstream/tokenizer`, or anything else with these methods. */
export interface ProofTokenizer {
  /** Ids of a text that continues another: no token is put before or after it. */
  encode(
    text: string,
    options: { readonly addSpecialTokens: false },
  ): ArrayLike<number> | { readonly ids: ArrayLike<number> };
  /** The text of ids; special tokens have none. U+FFFD for what is no character (yet). */
  decode(ids: ArrayLike<number>, options: { readonly skipSpecialTokens: true }): string;
}

const anchor = "=";

/** Ids of a text that continues another: without the space that some tokenizers put before a text of its own. */
export function continuationIds(tokenizer: ProofTokenizer, text: string): number[] {
  const idsOf = (whole: string): number[] => {
    const encoded = tokenizer.encode(whole, { addSpecialTokens: false });
    return Array.from("ids" in encoded ? encoded.ids : encoded);
  };
  const known = idsOf(anchor);
  const all = idsOf(anchor + text);
  const isApart = known.every((id, i) => all[i] === id);
  return isApart ? all.slice(known.length) : idsOf(text);
}
