// What BPE merges next: a binary heap of places by rank, then by position. An entry
// is one double, rank * 2^29 + position, which is exact below 2^53.

import { ensure } from "../errors.js";

const positions = 2 ** 29;

export class MergeQueue {
  #heap = new Float64Array(256);
  #size = 0;

  /** Empties the queue for a piece of so many symbols. */
  reset(symbols: number): void {
    ensure(
      symbols < positions,
      "ERR_LIMIT",
      () => `expected a piece of fewer than ${positions} symbols, found ${symbols}`,
    );
    this.#size = 0;
    if (this.#heap.length > 2 ** 16) this.#heap = new Float64Array(256); // a huge piece left it
  }

  push(rank: number, position: number): void {
    let at = this.#size++;
    if (at === this.#heap.length) {
      const wide = new Float64Array(at * 2);
      wide.set(this.#heap);
      this.#heap = wide;
    }
    const heap = this.#heap;
    const entry = rank * positions + position;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as number;
      if (other <= entry) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = entry;
  }

  /** Removes the first entry: of the least rank, and of these the leftmost. -1 if empty. */
  pop(): number {
    if (this.#size === 0) return -1;
    const heap = this.#heap;
    const first = heap[0] as number;
    const size = --this.#size;
    const entry = heap[size] as number;
    let at = 0;
    for (let below = 1; below < size; below = at * 2 + 1) {
      if (below + 1 < size && (heap[below + 1] as number) < (heap[below] as number)) below++;
      const other = heap[below] as number;
      if (other >= entry) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = entry;
    return first;
  }
}

export const rankOf = (entry: number): number => Math.floor(entry / positions);
export const positionOf = (entry: number): number => entry % positions;
