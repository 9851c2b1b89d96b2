// From a token's content to its id, by bytes.

import { hashLong } from "./piece-table.js";
import type { TokenBytes } from "./token-trie.js";

export class ContentIndex {
  readonly #tokens: TokenBytes;
  readonly #ids: Int32Array; // id + 1, 0 is empty
  readonly #hashes: Int32Array;
  #joined = new Uint8Array(64);

  constructor(tokens: TokenBytes, size: number) {
    let capacity = 16;
    while (capacity < size * 2) capacity *= 2;
    this.#tokens = tokens;
    this.#ids = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
    const { bytes, starts, ends } = tokens;
    for (let id = 0; id < size; id++) {
      const start = starts[id] as number;
      const end = ends[id] as number;
      if (start === end) continue;
      const hash = hashLong(bytes, start, end);
      let i = hash & (capacity - 1);
      while (this.#ids[i] !== 0) i = (i + 1) & (capacity - 1);
      this.#ids[i] = id + 1;
      this.#hashes[i] = hash;
    }
  }

  /** The lowest id whose content is `buffer[p..end)`, or -1. */
  find(buffer: Uint8Array, p: number, end: number): number {
    const ids = this.#ids;
    const hashes = this.#hashes;
    const mask = ids.length - 1;
    const hash = hashLong(buffer, p, end);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const id = (ids[i] as number) - 1;
      if (id < 0) return -1;
      if (hashes[i] === hash && this.equals(id, buffer, p, end)) return id;
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
