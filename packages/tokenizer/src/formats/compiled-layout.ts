// The layout of a compiled file, for who writes it and who reads it; see compiled.ts.

import type { AutomatonHeader } from "./compiled-automata.js";
import type { Alphabet } from "./compiled-contents.js";

export const MAGIC = "RSTOKENS";
export const VERSION = 1;
export const PREFIX = 20;

export interface Header {
  readonly definition: object;
  readonly size: number;
  readonly encoding: "utf8" | "bytes";
  /** How the encoder sees contents, if not as the vocabulary writes them. */
  readonly content?: Alphabet | undefined;
  readonly distinct?: boolean | undefined;
  readonly automata?: readonly AutomatonHeader[];
  readonly sections: Readonly<Record<string, readonly [offset: number, length: number]>>;
}

export function isCompiled(bytes: Uint8Array): boolean {
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return false;
  return true;
}

const FACTOR = 0x9e3779b1;

const step = (lane: number, word: number) =>
  Math.imul(((lane << 13) | (lane >>> 19)) ^ word, FACTOR);

/**
 * Of whole words, in four lanes, since a processor takes several products at a time. Each step can
 * be undone, so that one changed word always changes the result.
 */
export function checksum(body: Uint8Array): number {
  const count = body.length >> 2;
  const aligned = body.byteOffset % 4 === 0 ? body : body.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, count);
  let [a, b, c, d] = [1, 2, 3, 4 ^ body.length];
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    a = step(a, words[i] as number);
    b = step(b, words[i + 1] as number);
    c = step(c, words[i + 2] as number);
    d = step(d, words[i + 3] as number);
  }
  for (; i < count; i++) a = step(a, words[i] as number);
  for (let k = count * 4; k < body.length; k++) a = step(a, body[k] as number);
  let h = a;
  for (const lane of [b, c, d]) h = step(h, lane);
  return (h ^ (h >>> 15)) >>> 0;
}
