// Streams of bytes by kind, each entropy-coded by itself, in one blob: u32 count, then for each stream u32 kind, u32 bytes,
// u32 coded bytes, then the coded streams in that order. Little-endian.

import { decodePlanes, decodeSymbols, encodePlanes, encodeSymbols } from "../entropy/index.js";
import { layoutOf } from "../entropy/layout.js";
import { FormatError } from "../errors.js";

/** Sensitivities that weights are told apart by: a stream for each, since steps and so codes differ. */
export const CLASSES = 13;

/** Kinds of streams, by their number in the file. */
export const kinds = {
  /** float32: steps, scales, means. */
  numbers: 0,
  /** Row and column factors. */
  factors: 1,
  second: 2,
  first: 3,
  /** float32 values that no code has. */
  escapes: 4,
  /** Bytes of whole tensors; coded by those who write them. */
  exact: 5,
  /** One of each class. */
  weight: 16,
  average: 48,
} as const;

export const KINDS_END = kinds.average + CLASSES;

const floats = new Set<number>([kinds.numbers, kinds.escapes]);
const HEAD = 4;
const ENTRY = 12;

export class StreamWriter {
  readonly #streams: (Growing | undefined)[] = [];

  byte(kind: number, value: number): void {
    this.#of(kind).byte(value);
  }

  float(kind: number, value: number): void {
    word.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(kind, word.getUint8(i));
  }

  word(kind: number, value: number): void {
    word.setUint32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(kind, word.getUint8(i));
  }

  bytes(kind: number, bytes: Uint8Array): void {
    this.#of(kind).bytes(bytes);
  }

  /** The blob, and the bytes of each kind in it with their part of the head. */
  finish(): { readonly blob: Uint8Array; readonly byKind: ReadonlyMap<number, number> } {
    const streams = this.#streams.flatMap((stream, kind) =>
      stream ? [[kind, stream] as const] : [],
    );
    const coded = streams.map(([kind, stream]) => encode(kind, stream.taken()));
    const total = coded.reduce((sum, { length }) => sum + length, HEAD + ENTRY * streams.length);
    const blob = new Uint8Array(total);
    const view = new DataView(blob.buffer);
    view.setUint32(0, streams.length, true);
    let at = HEAD + ENTRY * streams.length;
    const byKind = new Map<number, number>();
    for (const [i, [kind, stream]] of streams.entries()) {
      const bytes = coded[i] as Uint8Array;
      view.setUint32(HEAD + ENTRY * i, kind, true);
      view.setUint32(HEAD + ENTRY * i + 4, stream.length, true);
      view.setUint32(HEAD + ENTRY * i + 8, bytes.length, true);
      blob.set(bytes, at);
      at += bytes.length;
      byKind.set(kind, bytes.length + ENTRY);
    }
    return { blob, byKind };
  }

  #of(kind: number): Growing {
    let stream = this.#streams[kind];
    if (stream === undefined) {
      stream = new Growing();
      this.#streams[kind] = stream;
    }
    return stream;
  }
}

export class StreamReader {
  readonly #streams: ({ readonly bytes: Uint8Array; at: number } | undefined)[] = [];

  /**
   * @param most  bytes that all streams may have together: what comes from outside must not decide how much is allocated
   * @throws FormatError `ERR_SERIES`; `ERR_CHUNK` for a stream that is malformed
   */
  constructor(blob: Uint8Array, most: number) {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    const count = blob.length < HEAD ? -1 : view.getUint32(0, true);
    const start = HEAD + ENTRY * count;
    if (count < 0 || count > KINDS_END || start > blob.length) {
      refuse("a head of streams", `${count} streams in ${blob.length} bytes`);
    }
    let at = start;
    let left = most;
    let last = -1;
    for (let i = 0; i < count; i++) {
      const entry = HEAD + ENTRY * i;
      const kind = view.getUint32(entry, true);
      const length = view.getUint32(entry + 4, true);
      const coded = view.getUint32(entry + 8, true);
      if (kind <= last || kind >= KINDS_END) refuse("kinds in ascending order", kind);
      if (length > left)
        refuse(`at most ${most} bytes in all streams`, `${length} after ${most - left}`);
      left -= length;
      if (coded > blob.length - at) refuse(`a stream within ${blob.length} bytes`, at + coded);
      const bytes = new Uint8Array(length);
      decode(kind, blob.subarray(at, at + coded), bytes);
      this.#streams[kind] = { bytes, at: 0 };
      at += coded;
      last = kind;
    }
    if (at !== blob.length) refuse(`${at} bytes`, blob.length);
  }

  byte(kind: number): number {
    const stream = this.#streams[kind];
    if (stream === undefined || stream.at >= stream.bytes.length) return refuse("more codes", kind);
    return stream.bytes[stream.at++] as number;
  }

  float(kind: number): number {
    for (let i = 0; i < 4; i++) word.setUint8(i, this.byte(kind));
    return word.getFloat32(0, true);
  }

  word(kind: number): number {
    for (let i = 0; i < 4; i++) word.setUint8(i, this.byte(kind));
    return word.getUint32(0, true);
  }

  bytes(kind: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    const stream = this.#streams[kind];
    if (stream === undefined || stream.bytes.length - stream.at < length) {
      return refuse("more bytes", kind);
    }
    stream.at += length;
    return stream.bytes.subarray(stream.at - length, stream.at);
  }

  /** @throws FormatError `ERR_SERIES` if something is left over */
  finish(): void {
    for (const [kind, stream] of this.#streams.entries()) {
      if (stream === undefined || stream.at === stream.bytes.length) continue;
      refuse(`${stream.at} bytes of kind ${kind}`, stream.bytes.length);
    }
  }
}

const word = new DataView(new ArrayBuffer(4));

function encode(kind: number, bytes: Uint8Array): Uint8Array {
  if (kind === kinds.exact) return bytes.slice();
  return floats.has(kind) ? encodePlanes(bytes, layoutOf("F32")) : encodeSymbols(bytes);
}

function decode(kind: number, coded: Uint8Array, into: Uint8Array): void {
  if (kind === kinds.exact) {
    if (coded.length !== into.length) refuse(`${into.length} bytes`, coded.length);
    into.set(coded);
  } else if (floats.has(kind)) decodePlanes(coded, into);
  else decodeSymbols(coded, into);
}

export function refuse(expected: string, found: unknown): never {
  throw new FormatError("ERR_SERIES", { expected, found });
}

class Growing {
  length = 0;
  #bytes = new Uint8Array(256);

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#room(1);
    this.#bytes[this.length++] = value;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more));
    larger.set(this.taken());
    this.#bytes = larger;
  }
}
