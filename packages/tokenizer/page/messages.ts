// What the page and the worker that tokenizes say to each other. Everything survives a
// structured clone.

import type { NumberOptions } from "../src/index.js";

/** Tokens and numbers beyond these are counted and not sent: a browser can't lay out more. */
export const MOST_TOKENS = 20_000;
export const MOST_NUMBERS = 500;

export interface EncodeSettings extends NumberOptions {
  readonly specialTokens: "parse" | "text";
  readonly addSpecialTokens: boolean;
}

/** Questions by name: what is asked and what is answered. */
export interface Calls {
  demo: { ask: Record<never, never>; answer: VocabularyFacts };
  load: { ask: { file: Blob; tiktoken: string }; answer: VocabularyFacts };
  encode: { ask: { text: string; settings: EncodeSettings }; answer: Encoded };
  decode: { ask: { ids: readonly number[]; skipSpecialTokens: boolean }; answer: Decoded };
  compile: { ask: Record<never, never>; answer: Uint8Array<ArrayBuffer> };
}

export type CallName = keyof Calls;

export interface Request {
  readonly number: number;
  readonly name: CallName;
  readonly ask: Calls[CallName]["ask"];
}

export interface Fault {
  readonly code: string;
  readonly message: string;
}

export interface Response {
  readonly number: number;
  readonly answer?: unknown;
  readonly fault?: Fault;
}

export interface VocabularyFacts {
  readonly size: number;
  /** The model's kind, such as BPE. */
  readonly model: string;
  readonly specialTokens: number;
  readonly hasTemplate: boolean;
  /** Milliseconds that loading or training took. */
  readonly time: number;
}

/** A token of the vocabulary that occurs in the text. */
export interface Entry {
  /** As the vocabulary writes it. */
  readonly token: string;
  /** What it decodes to by itself, in hexadecimal. */
  readonly bytes: readonly string[];
  /** The same as text, or undefined when that would be a part of a character. */
  readonly text: string | undefined;
  readonly special: boolean;
}

export interface TokenSpans {
  readonly ids: Int32Array;
  /** In UTF-16 units, as the ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** In bytes of UTF-8. */
  readonly byteStarts: Int32Array;
  readonly byteEnds: Int32Array;
}

export interface FoundNumber {
  readonly start: number;
  readonly end: number;
  readonly tokenStart: number;
  readonly tokenEnd: number;
  readonly kind: string;
  readonly text: string;
  /** `3`, `5/6`, or undefined when it has too many digits to be worked out. */
  readonly exact: string | undefined;
  /** As a decimal, with an ellipsis when that is cut. */
  readonly decimal: string | undefined;
  readonly unit: string | undefined;
}

export interface Encoded {
  readonly text: string;
  /** The first {@link MOST_TOKENS} tokens. */
  readonly tokens: TokenSpans;
  readonly entries: ReadonlyMap<number, Entry>;
  readonly numbers: readonly FoundNumber[];
  readonly tokenCount: number;
  readonly numberCount: number;
  readonly characters: number;
  readonly bytes: number;
  /** Milliseconds for the ids. */
  readonly time: number;
}

export interface Decoded {
  readonly text: string;
  readonly bytes: number;
}
