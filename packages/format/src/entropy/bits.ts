// Strings of bits, the lowest bit of each byte first.

import { malformed } from "./malformed.js";

export class BitWriter {
  readonly #bytes: number[] = [];
  #used = 0;

  /** The low `count` bits of `value`, at most 24. */
  write(value: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const bit = (value >>> i) & 1;
      const at = this.#used >> 3;
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (bit << (this.#used & 7));
      this.#used++;
    }
  }

  get bits(): number {
    return this.#used;
  }

  /** What was written, the last byte filled with zeros. */
  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;

  /** From byte `begin` on. */
  constructor(bytes: Uint8Array, begin: number) {
    this.#bytes = bytes;
    this.#at = 8 * begin;
  }

  read(count: number): number {
    if (this.#at + count > 8 * this.#bytes.length) {
      throw malformed("more bits", "the end");
    }
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value |= (((this.#bytes[this.#at >> 3] as number) >> (this.#at & 7)) & 1) << i;
    }
    return value;
  }

  /** The first byte that has not been read from. The bits before it must be zeros. */
  finish(): number {
    while ((this.#at & 7) !== 0) {
      if (this.read(1) !== 0) throw malformed("zeros up to the next byte", "a one");
    }
    return this.#at >> 3;
  }
}
