// What decoding needs of an engine and of a tokenizer: a few methods, so that any will do.

/** The logits of an append. They are disposed of, if they can be, once a token has been chosen. */
export interface ProofLogits {
  /** What follows the last token, one number for each token of the vocabulary; may be changed. */
  readonly last: Float32Array;
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

/** Ids of a text that continues another. */
export function continuationIds(tokenizer: ProofTokenizer, text: string): number[] {
  const encoded = tokenizer.encode(text, { addSpecialTokens: false });
  return Array.from("ids" in encoded ? encoded.ids : encoded);
}
