// From a token's content to its id, by bytes.

import { oddRandom } from "./random.js";
import type { TokenBytes } from "./token-trie.js";

const BASIS = oddRandom();
const FACTOR = oddRandom();

/** Bits of a slot that hold id + 1; the hash's highest are above them. */
const ID_BITS = 25;
const ID_MASK = (1 << ID_BITS) - 1;

export class ContentIndex {
  readonly #tokens: TokenBytes;
  /** Id + 1 and seven bits of the hash; 0 is a free slot. */
  readonly #slots: Int32Array;
  #joined = new Uint8Array(64);

  constructor(tokens: TokenBytes, size: number) {
    let capacity = 16;
    while (capacity < size * 1.5) capacity *= 2;
    this.#tokens = tokens;
    this.#slots = new Int32Array(capacity);
    fill(this.#slots, tokens, size);
  }

  /** The lowest id whose content is `buffer[p..end)`, or -1. */
  find(buffer: Uint8Array, p: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = hashOf(buffer, p, end);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i] as number;
      if (slot === 0) return -1;
      if ((slot ^ hash) >>> ID_BITS !== 0) continue;
      const id = (slot & ID_MASK) - 1;
      if (this.equals(id, buffer, p, end)) return id;
    }
  }

  /** The lowest id whose content is that of `left` and then that of `right`, or -1. */
  findJoined(left: number, right: number): number {
    const { bytes, starts, ends } = this.#tokens;
    const middle = (ends[left] as number) - (starts[left] as number);
    const length = middle + (ends[right] as number) - (starts[right] as number);
    if (length > this.#joined.length) this.#joined = new Uint8Array(2 * length);
    const joined = this.#joined;
    let at = 0;
    for (let p = starts[left] as number; at < middle; ) joined[at++] = bytes[p++] as number;
    for (let p = starts[right] as number; at < length; ) joined[at++] = bytes[p++] as number;
    return this.find(joined, 0, length);
  }

  equals(id: number, buffer: Uint8Array, p: number, end: number): boolean {
    const { bytes, starts, ends } = this.#tokens;
    let from = starts[id] as number;
    if ((ends[id] as number) - from !== end - p) return false;
    for (let q = p; q < end; q++, from++) if (bytes[from] !== buffer[q]) return false;
    return true;
  }
}

/** As FNV-1a, with numbers of this process. */
function hashOf(buffer: Uint8Array, start: number, end: number): number {
  let h = BASIS;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (buffer[i] as number), FACTOR);
  return h ^ (h >>> 15);
}

// A loop of its own, so that the engine can compile it while it runs: it is a good part of loading.
function fill(slots: Int32Array, { bytes, starts, ends }: TokenBytes, size: number): void {
  const mask = slots.length - 1;
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    const end = ends[id] as number;
    if (start === end) continue;
    const hash = hashOf(bytes, start, end);
    let i = hash & mask;
    while (slots[i] !== 0) i = (i + 1) & mask;
    slots[i] = (hash & ~ID_MASK) | (id + 1);
  }
}
