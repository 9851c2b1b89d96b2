// As much of Protocol Buffers' wire format as a SentencePiece model needs.

import { TokenizerError } from "../errors.js";

export class ProtobufReader {
  at: number;

  readonly #bytes: Uint8Array;

  constructor(
    bytes: Uint8Array,
    readonly start = 0,
    readonly end = bytes.length,
  ) {
    this.#bytes = bytes;
    this.at = start;
  }

  /**
   * Calls `field` with the number of each field of this message and its value: a number for
   * varints and fixed 32-bit values (as bits), a reader for what has a length. Unknown fields
   * need no attention.
   */
  fields(field: (number: number, value: ProtobufValue) => void): void {
    while (this.at < this.end) {
      const at = this.at;
      const key = this.#varint();
      const wire = key % 8;
      const number = Math.floor(key / 8);
      if (number === 0 || number > 0x1fffffff) this.#fail("a field number", at);
      if (wire === 0) field(number, { at, number: this.#varint() });
      else if (wire === 1) this.#take(8);
      else if (wire === 5) {
        const from = this.#take(4);
        const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + from, 4);
        field(number, { at, float: view.getFloat32(0, true) });
      } else if (wire === 2) {
        const length = this.#varint();
        const from = this.#take(length);
        field(number, { at, bytes: this.#bytes.subarray(from, from + length), from });
      } else this.#fail("a wire type of 0, 1, 2 or 5", at);
    }
  }

  #take(length: number): number {
    const from = this.at;
    if (length > this.end - from) this.#fail(`${length} more bytes`, from);
    this.at = from + length;
    return from;
  }

  #varint(): number {
    const start = this.at;
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) this.#fail("the rest of a number", start);
      const byte = this.#bytes[this.at++] as number;
      value += (byte & 0x7f) * 2 ** (7 * i);
      // Negative values have ten bytes, of which only the sign matters here.
      if (byte < 0x80) return value >= 2 ** 63 ? -1 : value;
    }
    return this.#fail("a number of at most ten bytes", start);
  }

  #fail(expected: string, at: number): never {
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected ${expected} at byte ${at} of a protobuf message`,
    );
  }
}
export interface ProtobufValue {
  /** Where the field begins. */
  readonly at: number;
  readonly number?: number;
  readonly float?: number;
  readonly bytes?: Uint8Array;
  readonly from?: number;
}
