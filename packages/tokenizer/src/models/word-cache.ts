// Remembers the ids of short words: exact keys, bounded memory, no string. When any
// part is full it starts again from nothing, which costs a natural text little.

import type { IdSink } from "../bpe/id-sink.js";

const maxWord = 32; // units; longer words hardly repeat
const markBit = 64; // beside the length, for words that begin with a mark
const slotBits = 16;
const keyRoom = 1 << 18;
const idRoom = 1 << 17;
const stride = 4; // hash, where the key is, where the ids are, length of the key | mark | number of ids << 8

export class WordCache {
  // Made at first use: a model that is never asked for ids holds none of it.
  #slots = new Int32Array(0);
  #keys = new Uint16Array(0);
  #ids = new Int32Array(0);
  #margins = new Float64Array(0);
  #entries = 0;
  #keysUsed = 0;
  #idsUsed = 0;
  #hash = 0;
  #length = 0;
  #at = 0;

  /**
   * Whether the word `text[start, end)` is held; {@link copy} or {@link keep} act on it.
   * A `marked` one is that with U+2581 in front.
   */
  seek(text: string, start: number, end: number, marked: boolean): boolean {
    this.#at = -1;
    if (end - start > maxWord) return false;
    const length = end - start + (marked ? markBit : 0);
    this.#length = length;
    if (this.#slots.length === 0) {
      this.#slots = new Int32Array(stride << slotBits);
      this.#keys = new Uint16Array(keyRoom);
      this.#ids = new Int32Array(idRoom);
      this.#margins = new Float64Array(1 << slotBits);
    }
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
    this.#hash = hash;
    const slots = this.#slots;
    const keys = this.#keys;
    const wrap = slots.length - 1;
    let at = (hash & ((1 << slotBits) - 1)) * stride;
    for (;;) {
      const sizes = slots[at + 3] as number;
      if (sizes === 0) break;
      if (slots[at] === hash && (sizes & 255) === length) {
        const key = (slots[at + 1] as number) - start;
        let i = start;
        while (i < end && keys[key + i] === text.charCodeAt(i)) i++;
        if (i === end) {
          this.#at = at;
          return true;
        }
      }
      at = (at + stride) & wrap;
    }
    this.#at = at;
    return false;
  }

  /** What {@link keep} was told about the word that was found. */
  get margin(): number {
    return this.#margins[this.#at / stride] as number;
  }

  /** Adds the ids of the word that was found to the sink. */
  copy(sink: IdSink): void {
    const ids = this.#ids;
    const from = this.#slots[this.#at + 2] as number;
    const count = (this.#slots[this.#at + 3] as number) >> 8;
    const to = sink.count;
    const out = to + count > sink.out.length ? sink.grow(count) : sink.out;
    for (let i = 0; i < count; i++) out[to + i] = ids[from + i] as number;
    sink.count = to + count;
  }

  /** Keeps the word that was not found, with the first `count` of `ids` and a number. */
  keep(
    text: string,
    start: number,
    end: number,
    ids: ArrayLike<number>,
    count: number,
    margin = 0,
  ): void {
    const length = end - start;
    if (this.#at < 0 || count === 0) return;
    if (
      this.#entries >= (1 << slotBits) / 2 ||
      this.#keysUsed + length > keyRoom ||
      this.#idsUsed + count > idRoom
    ) {
      this.#slots.fill(0);
      this.#entries = this.#keysUsed = this.#idsUsed = 0;
      this.#at = (this.#hash & ((1 << slotBits) - 1)) * stride;
    }
    const slots = this.#slots;
    this.#margins[this.#at / stride] = margin;
    slots[this.#at] = this.#hash;
    slots[this.#at + 1] = this.#keysUsed;
    slots[this.#at + 2] = this.#idsUsed;
    slots[this.#at + 3] = this.#length | (count << 8);
    for (let i = start; i < end; i++) this.#keys[this.#keysUsed++] = text.charCodeAt(i);
    for (let i = 0; i < count; i++) this.#ids[this.#idsUsed++] = ids[i] as number;
    this.#entries++;
  }
}
