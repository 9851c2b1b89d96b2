// Decoders of tokenizer.json: they turn the tokens of a text back into the text.

import type { Component } from "../definition.js";
import { CHARACTER_BYTES } from "../unicode/byte-alphabet.js";
import { readMetaspace } from "./pre-tokenizers.js";
import { build, root, type Shape } from "./shape.js";
import { readPattern } from "./text-pattern.js";
import { replaceAll } from "./text-steps.js";

export interface Decoder {
  /** The text of the tokens. */
  decode(tokens: readonly string[]): string;
  /** The same in parts, whose concatenation is the text. */
  decodeChain(tokens: readonly string[]): string[];
}

/**
 * Builds the decoder that `component` describes.
 * @param path Where in the file it stands, for errors.
 * @throws TokenizerError `ERR_FORMAT`, `ERR_UNSUPPORTED`, `ERR_LIMIT` or `ERR_PATTERN`.
 */
export function buildDecoder(component: Component, path = "decoder"): Decoder {
  const decodeChain = read(root(component, path));
  return { decodeChain, decode: (tokens) => decodeChain(tokens).join("") };
}

/** From tokens to parts of a text. */
export type Chain = (tokens: readonly string[]) => string[];

const read = (shape: Shape): Chain => build(shape, TYPES);

const TYPES: Readonly<Record<string, (shape: Shape) => Chain>> = {
  Sequence(shape) {
    const steps = shape.each("decoders", read);
    return (tokens) => steps.reduce((parts, step) => step(parts), [...tokens]);
  },
  ByteLevel: () => byteLevelText,
  ByteFallback: () => byteFallback,
  Fuse: () => (tokens) => [tokens.join("")],
  Strip(shape) {
    const content = shape.character("content");
    const start = shape.whole("start");
    const stop = shape.whole("stop");
    return (tokens) => tokens.map((token) => stripped(token, content, start, stop));
  },
  Replace(shape) {
    const find = readPattern(shape);
    const content = shape.string("content");
    return (tokens) => tokens.map((token) => replaceAll(token, undefined, find(token), content));
  },
  Metaspace(shape) {
    const { replacement, scheme } = readMetaspace(shape);
    return (tokens) =>
      tokens.map((token, i) =>
        token.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "),
      );
  },
  WordPiece(shape) {
    const prefix = shape.string("prefix");
    const clean = shape.boolean("cleanup") ? cleanUp : (text: string) => text;
    return (tokens) =>
      tokens.map((token, i) => {
        if (i === 0) return clean(token);
        return clean(token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`);
      });
  },
  BPEDecoder(shape) {
    const suffix = shape.string("suffix");
    return (tokens) =>
      tokens.map((token, i) => substitute(token, suffix, i === tokens.length - 1 ? "" : " "));
  },
  CTC(shape) {
    const pad = shape.string("pad_token");
    const delimiter = shape.string("word_delimiter_token");
    const clean = shape.boolean("cleanup");
    return (tokens) =>
      tokens
        .filter((token, i) => i === 0 || token !== tokens[i - 1])
        .map((token) => {
          const text = substitute(token, pad, "");
          return clean ? substitute(cleanUp(text), delimiter, " ") : text;
        })
        .filter((text) => text !== "");
  },
};

/** All occurrences of `old`; the empty string occurs between all characters. */
function substitute(text: string, old: string, replacement: string): string {
  if (old !== "") return text.replaceAll(old, () => replacement);
  return replacement + [...text].map((character) => character + replacement).join("");
}

/** Byte-level tokens to UTF-8 to text. */
function byteLevelText(tokens: readonly string[]): string[] {
  return [new TextDecoder("utf-8", { ignoreBOM: true }).decode(byteLevelBytes(tokens))];
}

/** The bytes of byte-level tokens; a token with another character stands for its own UTF-8. */
export function byteLevelBytes(tokens: readonly string[]): Uint8Array {
  const bytes: number[] = [];
  for (const token of tokens) {
    const before = bytes.length;
    for (let i = 0; i < token.length; i++) {
      const byte = CHARACTER_BYTES[token.charCodeAt(i)] ?? -1;
      if (byte < 0) {
        bytes.length = before;
        for (const own of new TextEncoder().encode(token)) bytes.push(own);
        break;
      }
      bytes.push(byte);
    }
  }
  return Uint8Array.from(bytes);
}

/** Rust reads a sign too. */
const BYTE_TOKEN = /^<0x([0-9a-f]{2}|\+[0-9a-f])>$/i;

/** Whether a token is a byte of a character that has no token. */
export const isByteToken = (token: string): boolean => BYTE_TOKEN.test(token);

/** Tokens such as `<0xE2>` are bytes; a run of them that is no UTF-8 gives U+FFFD for each. */
function byteFallback(tokens: readonly string[]): string[] {
  const parts: string[] = [];
  const bytes: number[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const flush = (): void => {
    if (bytes.length === 0) return;
    try {
      parts.push(decoder.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) parts.push("\ufffd");
    }
    bytes.length = 0;
  };
  for (const token of tokens) {
    const digits = BYTE_TOKEN.exec(token)?.[1];
    if (digits) bytes.push(Number.parseInt(digits, 16));
    else {
      flush();
      parts.push(token);
    }
  }
  flush();
  return parts;
}

/** Without up to `start` times `content` at its beginning, and up to `stop` times at its end. */
function stripped(token: string, content: string, start: number, stop: number): string {
  let from = 0;
  let to = token.length;
  for (let n = 0; n < start && token.startsWith(content, from); n++) from += content.length;
  for (let n = 0; n < stop && to > from && token.endsWith(content, to); n++) {
    to -= content.length;
  }
  return token.slice(from, Math.max(from, to));
}

const CLEANED: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** English without the spaces that word tokenizers put before punctuation. */
export function cleanUp(text: string): string {
  for (const [from, to] of CLEANED) text = text.replaceAll(from, to);
  return text;
}
