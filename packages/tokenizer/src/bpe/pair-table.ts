// Which two neighbouring tokens merge, into what, and how early: an open-addressing
// table over pairs of ids, so that a lookup touches one cache line and allocates nothing.

import { oddRandom } from "./random.js";

/** Four numbers a slot: left id + 1 (0 is an empty slot), right id, rank, id of the merged token. */
export interface PairSlots {
  readonly slots: Int32Array;
  /** Slots in use are found at `hash & mask`, multiplied by four, or after it. */
  readonly mask: number;
  /**
   * A bit for each pair at its hash: most pairs that are asked for have none, and this is small
   * enough to stay in the cache.
   */
  readonly bits: Int32Array;
  readonly bitMask: number;
}

const F0 = oddRandom();
const F1 = oddRandom();
const F2 = oddRandom();

/** Where the search for a pair begins, before masking. */
export function hashPair(left: number, right: number): number {
  const h = Math.imul(left, F0) ^ Math.imul(right, F1);
  return Math.imul(h ^ (h >>> 15), F2) >>> 7;
}

export class PairTable implements PairSlots {
  readonly slots: Int32Array;
  readonly mask: number;
  readonly bits: Int32Array;
  readonly bitMask: number;

  /** An empty table for `count` pairs, at most half full. */
  constructor(count: number) {
    let capacity = 16;
    while (capacity < count * 2) capacity *= 2;
    this.slots = new Int32Array(capacity * 4);
    this.mask = capacity - 1;
    // Eight bits a pair, so that seven of eight absent pairs end here.
    this.bits = new Int32Array(capacity >> 3);
    this.bitMask = capacity * 4 - 1;
  }

  /** Adds a pair; one that is already there keeps its earlier, lower rank. */
  add(left: number, right: number, rank: number, merged: number): void {
    const { slots, mask, bits } = this;
    const hash = hashPair(left, right);
    const bit = hash & this.bitMask;
    bits[bit >> 5] = (bits[bit >> 5] as number) | (1 << (bit & 31));
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const s = i << 2;
      const found = slots[s] as number;
      if (found === 0) {
        slots[s] = left + 1;
        slots[s + 1] = right;
        slots[s + 2] = rank;
        slots[s + 3] = merged;
        return;
      }
      if (found === left + 1 && slots[s + 1] === right) return;
    }
  }

  /** The place of a pair in {@link slots}, or -1. */
  find(left: number, right: number): number {
    const { slots, mask, bits } = this;
    const hash = hashPair(left, right);
    const bit = hash & this.bitMask;
    if ((((bits[bit >> 5] as number) >>> (bit & 31)) & 1) === 0) return -1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const s = i << 2;
      const found = slots[s] as number;
      if (found === left + 1 && slots[s + 1] === right) return s;
      if (found === 0) return -1;
    }
  }
}
