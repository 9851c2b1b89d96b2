// How often each pair of neighbouring tokens occurs: (left, right) -> a number for
// the pair, in an open-addressing table.

import { grown } from "./growing.js";

export class PairTable {
  size = 0;
  left = new Int32Array(1 << 14);
  right = new Int32Array(1 << 14);
  counts = new Float64Array(1 << 14);
  #table = new Int32Array(1 << 16);
  #mask = (1 << 16) - 1;

  /** The number of the pair, or -1. */
  find(left: number, right: number): number {
    const pair = this.#table[this.#slot(left, right)] as number;
    return pair - 1;
  }

  /** The number of the pair, which begins with a count of 0 if it is new. */
  findOrAdd(left: number, right: number): number {
    const slot = this.#slot(left, right);
    const found = this.#table[slot] as number;
    if (found !== 0) return found - 1;
    const pair = this.size++;
    if (pair === this.left.length) {
      this.left = grown(this.left, pair + 1);
      this.right = grown(this.right, pair + 1);
      this.counts = grown(this.counts, pair + 1);
    }
    this.left[pair] = left;
    this.right[pair] = right;
    this.#table[slot] = pair + 1;
    if (2 * pair > this.#mask) this.#rehash();
    return pair;
  }

  #slot(left: number, right: number): number {
    const table = this.#table;
    const mask = this.#mask;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const pair = (table[slot] as number) - 1;
      if (pair < 0 || (this.left[pair] === left && this.right[pair] === right)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#mask = 2 * this.#mask + 1;
    this.#table = new Int32Array(this.#mask + 1);
    for (let pair = 0; pair < this.size; pair++) {
      this.#table[this.#slot(this.left[pair] as number, this.right[pair] as number)] = pair + 1;
    }
  }
}
