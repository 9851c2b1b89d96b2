// The pairs that wait to be merged, each with the places where it was seen: a binary
// heap, the highest count first, then the lowest ids. Counts in it may be out of date.

import { grown } from "./growing.js";
import type { PairTable } from "./pair-table.js";

export class MergeQueue {
  size = 0;
  #counts = new Float64Array(1 << 14);
  #entries = new Int32Array(1 << 14);
  #added = 0;
  /** By entry: its pair, and where its places begin and how many they are. */
  pair = new Int32Array(1 << 14);
  start = new Uint32Array(1 << 14);
  length = new Uint32Array(1 << 14);

  constructor(readonly pairs: PairTable) {}

  get topCount(): number {
    return this.#counts[0] as number;
  }

  get topEntry(): number {
    return this.#entries[0] as number;
  }

  push(pair: number, start: number, length: number): void {
    const entry = this.#added++;
    if (entry === this.pair.length) {
      this.pair = grown(this.pair, entry + 1);
      this.start = grown(this.start, entry + 1);
      this.length = grown(this.length, entry + 1);
      this.#counts = grown(this.#counts, entry + 1);
      this.#entries = grown(this.#entries, entry + 1);
    }
    this.pair[entry] = pair;
    this.start[entry] = start;
    this.length[entry] = length;
    const count = this.pairs.counts[pair] as number;
    const counts = this.#counts;
    const entries = this.#entries;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent] as number;
      if (!this.#before(count, entry, counts[parent] as number, above)) break;
      counts[at] = counts[parent] as number;
      entries[at] = above;
      at = parent;
    }
    counts[at] = count;
    entries[at] = entry;
  }

  pop(): void {
    const last = --this.size;
    if (last > 0) this.#sink(this.#counts[last] as number, this.#entries[last] as number);
  }

  /** Gives the entry at the top the count that its pair has now. */
  refreshTop(): void {
    const entry = this.topEntry;
    this.#sink(this.pairs.counts[this.pair[entry] as number] as number, entry);
  }

  #sink(count: number, entry: number): void {
    const counts = this.#counts;
    const entries = this.#entries;
    const size = this.size;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = counts[child] as number;
      if (
        child + 1 < size &&
        this.#before(
          counts[child + 1] as number,
          entries[child + 1] as number,
          below,
          entries[child] as number,
        )
      ) {
        child++;
        below = counts[child] as number;
      }
      if (!this.#before(below, entries[child] as number, count, entry)) break;
      counts[at] = below;
      entries[at] = entries[child] as number;
      at = child;
    }
    counts[at] = count;
    entries[at] = entry;
  }

  #before(count: number, entry: number, otherCount: number, other: number): boolean {
    if (count !== otherCount) return count > otherCount;
    const pair = this.pair[entry] as number;
    const otherPair = this.pair[other] as number;
    const { left, right } = this.pairs;
    const difference = (left[pair] as number) - (left[otherPair] as number);
    if (difference !== 0) return difference < 0;
    return (right[pair] as number) < (right[otherPair] as number);
  }
}
