// Bits beside a stream of tokens: low bits of wide columns, and what escapes stand for. The
// lowest bit of each byte is first.

import { ESCAPE_BITS, MOST_ZEROS, unzigzag, zigzag } from "./grid-tokens.js";
import { malformed } from "./malformed.js";

export class SideWriter {
  #bytes = new Uint8Array(1024);
  #at = 0;
  #held = 0;
  #count = 0;

  /** The low `count` bits of `value`, at most 24. */
  write(value: number, count: number): void {
    this.#held |= (value & ((1 << count) - 1)) << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#push(this.#held & 255);
      this.#held >>>= 8;
      this.#count -= 8;
    }
  }

  /** An escaped code: Elias gamma of all but its lowest bits, then those. */
  escape(rest: number): void {
    const value = zigzag(rest);
    const high = (value >>> ESCAPE_BITS) + 1;
    const zeros = 31 - Math.clz32(high);
    this.write(0, zeros);
    this.write(1, 1);
    this.write(high, zeros);
    this.write(value, ESCAPE_BITS);
  }

  #push(byte: number): void {
    if (this.#at === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#at);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes[this.#at++] = byte;
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#push(this.#held);
    this.#held = 0;
    this.#count = 0;
    return this.#bytes.subarray(0, this.#at);
  }
}

export class SideReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    if (this.#at + count > 8 * this.#bytes.length) throw malformed("more bits", "the end");
    let value = 0;
    let have = 0;
    while (have < count) {
      const used = this.#at & 7;
      const now = Math.min(count - have, 8 - used);
      const part = ((this.#bytes[this.#at >> 3] as number) >> used) & ((1 << now) - 1);
      value |= part << have;
      have += now;
      this.#at += now;
    }
    return value;
  }

  escape(): number {
    let zeros = 0;
    while (this.read(1) === 0) {
      if (++zeros > MOST_ZEROS) throw malformed("a code below 2^20", "a larger one");
    }
    const high = (1 << zeros) | this.read(zeros);
    return unzigzag(((high - 1) << ESCAPE_BITS) | this.read(ESCAPE_BITS));
  }

  /** @throws FormatError `ERR_CHUNK` unless all whole bytes were read and the rest is zeros. */
  finish(): void {
    const left = 8 * this.#bytes.length - this.#at;
    if (left >= 8) throw malformed("the end of the bits", `${left} more`);
    if (this.read(left) !== 0) throw malformed("zeros up to the next byte", "a one");
  }
}
