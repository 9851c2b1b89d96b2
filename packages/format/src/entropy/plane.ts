// One plane: a string of bytes whose length the reader knows. Constant, raw or entropy coded,
// whatever is smallest.

import { BitReader, BitWriter } from "./bits.js";
import { type ByteCursor, word } from "./bytes.js";
import { codedBytes, countBytes, frequenciesOf, SCALE } from "./frequencies.js";
import { malformed } from "./malformed.js";
import {
  decodeStream,
  encodeStream,
  fillSlots,
  LANES,
  laneCode,
  starts,
  streamOf,
} from "./rans.js";
import { readTable, writeTable } from "./table-code.js";

const kinds = { raw: 0, constant: 1, ownTable: 2, lastTable: 3 } as const;

/** A coded plane is read slower than a raw one: it must save 1/64 of the plane. */
const worthIt = (coded: number, raw: number): boolean => coded <= raw - Math.ceil(raw / 64);

/** Writes planes one after another: each may use the table of the one before it. */
export class PlaneWriter {
  readonly parts: Uint8Array[] = [];
  #last: Uint16Array | undefined;

  add(plane: Uint8Array): void {
    if (plane.length === 0) {
      this.parts.push(Uint8Array.of(kinds.raw));
      return;
    }
    const counts = countBytes(plane);
    if (counts[plane[0] as number] === plane.length) {
      this.parts.push(Uint8Array.of(kinds.constant, plane[0] as number));
    } else if (!this.#code(plane, counts)) {
      this.parts.push(Uint8Array.of(kinds.raw), plane);
    }
  }

  #code(plane: Uint8Array, counts: Float64Array): boolean {
    const code = laneCode(plane.length);
    const own = frequenciesOf(counts);
    const bits = new BitWriter();
    writeTable(bits, own);
    const head = bits.finish();
    const ownBytes = head.length + codedBytes(counts, own);
    const last = this.#last;
    const lastBytes =
      last?.every((freq, s) => freq > 0 || counts[s] === 0) === true
        ? codedBytes(counts, last)
        : Number.POSITIVE_INFINITY;
    const again = lastBytes <= ownBytes;
    const fixed = 5 + 4 * (LANES[code] as number);
    if (!worthIt(fixed + (again ? lastBytes : ownBytes), 1 + plane.length)) return false;
    const table = again && last !== undefined ? last : own;
    const { words, bytes } = encodeStream(plane, LANES[code] as number, table, starts(table));
    const kind = (again ? kinds.lastTable : kinds.ownTable) | (code << 4);
    this.parts.push(Uint8Array.of(kind, ...word(words)), ...(again ? [] : [head]), bytes);
    this.#last = table;
    return true;
  }
}

/** A plane as it lies in the coded bytes, or its value where it is constant. */
export type Plane = Uint8Array | number;

/** Reads what {@link PlaneWriter} wrote. */
export class PlaneReader {
  readonly #from: ByteCursor;
  #slots: Uint32Array | undefined;

  constructor(from: ByteCursor) {
    this.#from = from;
  }

  /** @throws FormatError `ERR_CHUNK` for anything that is not a plane of `length` bytes. */
  next(length: number): Plane {
    const from = this.#from;
    const kind = from.u8();
    if (kind === kinds.raw) return from.take(length);
    if (kind === kinds.constant) return from.u8();
    const lanes = LANES[kind >> 4];
    const own = (kind & 15) === kinds.ownTable;
    if (lanes === undefined || (!own && (kind & 15) !== kinds.lastTable)) {
      throw malformed("a known kind of plane", kind);
    }
    const words = from.u32();
    if (own) {
      const bits = new BitReader(from.bytes, from.at);
      this.#slots ??= new Uint32Array(SCALE);
      fillSlots(readTable(bits), this.#slots);
      from.at = bits.finish();
    }
    if (this.#slots === undefined) throw malformed("a table before it", "none");
    const stream = streamOf(from, lanes, words);
    const plane = new Uint8Array(length);
    decodeStream(stream, lanes, this.#slots, plane);
    return plane;
  }

  /** As {@link next}, filled out where it is constant. */
  bytes(length: number): Uint8Array {
    const plane = this.next(length);
    return typeof plane === "number" ? new Uint8Array(length).fill(plane) : plane;
  }
}
