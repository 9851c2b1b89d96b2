// Which canonical forms have been seen, in memory of 16 to 32 bytes for each: 64-bit fingerprints in
// an open-addressed table. What was seen is always known; of n forms that are new one is
// taken for seen with a probability below n / 2^64.

import { hash } from "./split.js";

export class FormSet {
  /** Pairs of words, of which an empty place has two zeros. */
  #table = new Uint32Array(2 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.#table.byteLength;
  }

  /** Whether the form is new; from then on it is not. */
  add(form: string): boolean {
    if (4 * (this.#size + 1) > this.#table.length) this.#grow();
    const low = hash(form, 0x9747b28c);
    const isNew = this.#insert(low, hash(form, 0x5bd1e995) || 1);
    if (isNew) this.#size++;
    return isNew;
  }

  #insert(low: number, high: number): boolean {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = (2 * low) & mask; ; at = (at + 2) & mask) {
      if (table[at + 1] === 0) {
        table[at] = low;
        table[at + 1] = high;
        return true;
      }
      if (table[at] === low && table[at + 1] === high) return false;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] !== 0) this.#insert(old[at] as number, old[at + 1] as number);
    }
  }
}
