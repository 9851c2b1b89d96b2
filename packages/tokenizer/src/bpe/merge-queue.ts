// Byte-pair encoding as it is defined: the pair of lowest rank merges, the leftmost
// first among equals, until none is left. A binary heap keeps it at n log n. This
// serves where encoding from left to right does not: before its tables are built, and
// for texts in which a merge comes earlier than the one that makes its part.

import type { PairTable } from "./pair-table.js";

/** Rank and place in one number that sorts as the two do: rank * 2^32 + place. */
const RANK = 2 ** 32;

export class MergeQueue {
  readonly #pairs: PairTable;
  #tokens = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #heap = new Float64Array(128);
  #size = 0;

  constructor(pairs: PairTable) {
    this.#pairs = pairs;
  }

  /** Room for `count` tokens, which the caller then writes there. */
  tokens(count: number): Int32Array {
    if (this.#tokens.length < count) {
      const capacity = Math.max(count, this.#tokens.length * 2);
      this.#tokens = new Int32Array(capacity);
      this.#next = new Int32Array(capacity);
      this.#previous = new Int32Array(capacity);
      // Each token begins one pair, and each merge adds at most two.
      this.#heap = new Float64Array(capacity * 3);
    }
    return this.#tokens;
  }

  /**
   * Merges the first `count` of {@link tokens}, and writes what is left to `out` from `at`, which
   * must have room for `count`. Negative tokens merge with nothing.
   *
   * @returns the end of what was written.
   */
  merge(count: number, out: Int32Array, at: number): number {
    const tokens = this.#tokens;
    const next = this.#next;
    const previous = this.#previous;
    const { slots } = this.#pairs;
    this.#size = 0;
    for (let i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < count) this.#push(i, tokens[i] as number, tokens[i + 1] as number);
    }
    while (this.#size > 0) {
      const key = this.#pop();
      const place = key % RANK;
      const left = tokens[place] as number;
      const follower = next[place] as number;
      if (left < 0 || follower >= count) continue;
      const s = this.#pairs.find(left, tokens[follower] as number);
      // A place is stale when either token has changed since.
      if (s < 0 || slots[s + 2] !== Math.floor(key / RANK)) continue;
      tokens[place] = slots[s + 3] as number;
      tokens[follower] = GONE;
      const after = next[follower] as number;
      next[place] = after;
      if (after < count) {
        previous[after] = place;
        this.#push(place, tokens[place] as number, tokens[after] as number);
      }
      const before = previous[place] as number;
      if (before >= 0) this.#push(before, tokens[before] as number, tokens[place] as number);
    }
    let on = at;
    for (let i = 0; i < count; i = next[i] as number) out[on++] = tokens[i] as number;
    return on;
  }

  #push(place: number, left: number, right: number): void {
    if (left < 0 || right < 0) return;
    const s = this.#pairs.find(left, right);
    if (s < 0) return;
    const heap = this.#heap;
    const key = (this.#pairs.slots[s + 2] as number) * RANK + place;
    let i = this.#size++;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const value = heap[up] as number;
      if (value <= key) break;
      heap[i] = value;
      i = up;
    }
    heap[i] = key;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0] as number;
    const size = --this.#size;
    const key = heap[size] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child++;
      const value = heap[child] as number;
      if (value >= key) break;
      heap[i] = value;
      i = child;
    }
    heap[i] = key;
    return top;
  }
}

/** A place whose token has become part of the one before it. */
const GONE = -0x80000000;
