// From the content of a token to its id and back. The index is a hash table of ids
// over the bytes that the vocabulary holds anyway: 150 000 contents would cost a Map
// of strings tens of megabytes and most of the time to load.

import type { Vocabulary } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";

/** Ids below this fit every packed form in this package. */
export const maxVocabularySize = 2 ** 24;

const maxProbes = 4096; // one lookup in a sound table takes a few
const encoder = new TextEncoder();

/** Checks that all contents lie within the bytes, so that nothing later has to. */
export function checkVocabulary(vocabulary: Vocabulary): void {
  const { size, bytes, starts, ends } = vocabulary;
  ensure(
    Number.isInteger(size) && size >= 0 && size <= maxVocabularySize,
    "ERR_LIMIT",
    () => `expected a vocabulary of at most ${maxVocabularySize} tokens, found ${size}`,
  );
  ensure(
    starts.length >= size && ends.length >= size,
    "ERR_FORMAT",
    () => `expected ${size} contents of tokens, found ${Math.min(starts.length, ends.length)}`,
  );
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    const end = ends[id] as number;
    if (start <= end && end <= bytes.length) continue;
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected the content of token ${id} within ${bytes.length} bytes, found ${start} to ${end}`,
    );
  }
}

/** Finds ids by content. Of several tokens with one content the last counts. */
export class VocabularyIndex {
  readonly #vocabulary: Vocabulary;
  readonly #slots: Int32Array; // id + 1, or 0
  readonly #seed = (Math.random() * 2 ** 32) | 0; // nobody can choose contents that collide
  #scratch = new Uint8Array(256);

  /** The length in bytes of the longest content. */
  readonly maxLength: number;

  constructor(vocabulary: Vocabulary) {
    checkVocabulary(vocabulary);
    this.#vocabulary = vocabulary;
    const { size, bytes, starts, ends } = vocabulary;
    let bits = 4;
    while (2 ** bits < size * 2) bits++;
    const mask = 2 ** bits - 1;
    const slots = new Int32Array(mask + 1);
    this.#slots = slots;
    let longest = 0;
    for (let id = 0; id < size; id++) {
      const start = starts[id] as number;
      const end = ends[id] as number;
      if (start === end) continue;
      if (end - start > longest) longest = end - start;
      let slot = this.#hash(bytes, start, end) & mask;
      for (let probes = 0; ; probes++) {
        const held = slots[slot] as number;
        if (held === 0 || this.#is(held - 1, bytes, start, end)) break;
        if (probes === maxProbes) {
          throw new TokenizerError("ERR_LIMIT", `the content of token ${id} collides with others`);
        }
        slot = (slot + 1) & mask;
      }
      slots[slot] = id + 1;
    }
    this.maxLength = longest;
  }

  /** The id of the content `bytes[start, end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > this.maxLength) return -1;
    const mask = this.#slots.length - 1;
    let slot = this.#hash(bytes, start, end) & mask;
    for (;;) {
      const held = this.#slots[slot] as number;
      if (held === 0) return -1;
      if (this.#is(held - 1, bytes, start, end)) return held - 1;
      slot = (slot + 1) & mask;
    }
  }

  /** The id of the content `text`, or -1. */
  findText(text: string): number {
    if (text.length > this.maxLength) return -1;
    if (this.#scratch.length < text.length * 3) this.#scratch = new Uint8Array(text.length * 3);
    return this.find(this.#scratch, 0, encoder.encodeInto(text, this.#scratch).written);
  }

  /** The ids of the tokens `<0x00>` to `<0xFF>`, by byte; -1 where there is none. */
  byteTokens(): Int32Array {
    return Int32Array.from({ length: 256 }, (_, byte) =>
      this.findText(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    );
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed ^ (end - start);
    for (let i = start; i < end; i++) {
      hash = Math.imul(hash ^ (bytes[i] as number), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #is(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#vocabulary.bytes;
    let at = this.#vocabulary.starts[id] as number;
    if ((this.#vocabulary.ends[id] as number) - at !== end - start) return false;
    for (let i = start; i < end; i++) if (own[at++] !== bytes[i]) return false;
    return true;
  }
}
