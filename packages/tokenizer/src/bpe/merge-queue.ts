// Byte-pair encoding as it is defined: the pair of lowest rank merges, the leftmost
// first among equals, until none is left. Places wait in one list for each rank, and a
// heap has the ranks, so that a place costs no comparison and long runs of few pairs are
// linear. This serves where encoding from left to right does not: before its tables are
// built, and for texts in which a merge comes earlier than the one that makes its part.
//
// A list is in order of place by itself. What has become one token was merged within its
// own content only, so that equal contents have had the same merges, one after another
// in order of rank, the leftmost content first. And a rank is that of one content.

import type { PairTable } from "./pair-table.js";

export class MergeQueue {
  #tokens = new Int32Array(0);
  #next = this.#tokens;
  #previous = this.#tokens;
  /** Three numbers an entry: its place, the slot of its pair, and the entry after it or 0. */
  #entries = new Int32Array(6);
  #count = 1;
  /** Two numbers a rank: the first entry that waits or 0, and the last. */
  #lists = new Int32Array(2 * 1024);
  /** The ranks for which entries wait. */
  readonly #heap: number[] = [];

  /** Room for `count` tokens, which the caller then writes there. */
  tokens(count: number): Int32Array {
    if (this.#tokens.length < count) {
      const capacity = Math.max(count, 64, this.#tokens.length * 2);
      this.#tokens = new Int32Array(capacity);
      this.#next = new Int32Array(capacity);
      this.#previous = new Int32Array(capacity);
    }
    return this.#tokens;
  }

  /**
   * Merges the first `count` of {@link tokens}, and writes what is left to `out` from `at`, which
   * must have room for `count`. Negative tokens merge with nothing.
   *
   * @returns the end of what was written.
   */
  merge(pairs: PairTable, count: number, out: Int32Array, at: number): number {
    const tokens = this.#tokens;
    const next = this.#next;
    const previous = this.#previous;
    const { slots } = pairs;
    this.#count = 1;
    // Each token begins one pair, and each merge adds at most two, of which about half are there.
    if (this.#entries.length < 6 * count) this.#entries = new Int32Array(6 * count);
    let s = -1;
    for (let i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 === count) break;
      const left = tokens[i] as number;
      const right = tokens[i + 1] as number;
      // In a run, the pair is that of the place before.
      if (i === 0 || left !== tokens[i - 1] || right !== left) s = slotOf(pairs, left, right);
      if (s >= 0) this.#add(i, s, slots[s + 2] as number);
    }
    while (this.#heap.length > 0) {
      const rank = this.#heap[0] as number;
      const entry = this.#take(rank);
      const place = this.#entries[entry] as number;
      const slot = this.#entries[entry + 1] as number;
      const follower = next[place] as number;
      // An entry is stale when either token has changed since.
      if (tokens[place] !== (slots[slot] as number) - 1) continue;
      if (follower >= count || tokens[follower] !== slots[slot + 1]) continue;
      const merged = slots[slot + 3] as number;
      tokens[place] = merged;
      tokens[follower] = GONE;
      const after = next[follower] as number;
      next[place] = after;
      const before = previous[place] as number;
      if (before >= 0) {
        s = slotOf(pairs, tokens[before] as number, merged);
        if (s >= 0) this.#add(before, s, slots[s + 2] as number);
      }
      if (after < count) {
        previous[after] = place;
        s = slotOf(pairs, merged, tokens[after] as number);
        if (s >= 0) this.#add(place, s, slots[s + 2] as number);
      }
    }
    let on = at;
    for (let i = 0; i < count; i = next[i] as number) out[on++] = tokens[i] as number;
    if (count > KEPT) this.#forget();
    return on;
  }

  /** Lets go of the room that a huge piece took. */
  #forget(): void {
    this.#tokens = new Int32Array(0);
    this.#next = this.#tokens;
    this.#previous = this.#tokens;
    this.#entries = new Int32Array(6);
  }

  #add(place: number, slot: number, rank: number): void {
    const entry = 3 * this.#count++;
    if (entry === this.#entries.length) this.#entries = enlarged(this.#entries, 2 * entry);
    const entries = this.#entries;
    entries[entry] = place;
    entries[entry + 1] = slot;
    entries[entry + 2] = 0;
    if (2 * rank >= this.#lists.length) this.#lists = enlarged(this.#lists, 4 * rank);
    const lists = this.#lists;
    if (lists[2 * rank] === 0) {
      lists[2 * rank] = entry;
      lists[2 * rank + 1] = entry;
      this.#wait(rank);
      return;
    }
    entries[(lists[2 * rank + 1] as number) + 2] = entry;
    lists[2 * rank + 1] = entry;
  }

  /** Takes the leftmost entry of `rank`, which is the lowest. */
  #take(rank: number): number {
    const lists = this.#lists;
    const entry = lists[2 * rank] as number;
    const after = this.#entries[entry + 2] as number;
    lists[2 * rank] = after;
    if (after === 0) this.#leave();
    return entry;
  }

  #wait(rank: number): void {
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const value = heap[up] as number;
      if (value <= rank) break;
      heap[i] = value;
      i = up;
    }
    heap[i] = rank;
  }

  #leave(): void {
    const heap = this.#heap;
    const rank = heap.pop() as number;
    const size = heap.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child++;
      const value = heap[child] as number;
      if (value >= rank) break;
      heap[i] = value;
      i = child;
    }
    heap[i] = rank;
  }
}

/** Tokens that room is kept for. */
const KEPT = 1 << 16;
/** A place whose token has become part of the one before it. */
const GONE = -0x80000000;

const slotOf = (pairs: PairTable, left: number, right: number): number =>
  left < 0 || right < 0 ? -1 : pairs.find(left, right);

function enlarged(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
