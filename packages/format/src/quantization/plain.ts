// Types of one number an element, converted to the nearest float32.

import type { DType } from "../dtype.js";
import { float8Table, halfTable } from "./float-bits.js";
import { bitsOf, elements, type Kernel } from "./kernel.js";

const f32: Kernel = (bytes, out) => {
  new Uint8Array(out.buffer, out.byteOffset, bytes.length).set(bytes);
};

const f16: Kernel = (bytes, out) => {
  const table = halfTable();
  const from = elements(bytes, Uint16Array);
  const to = bitsOf(out);
  for (let i = 0; i < from.length; i++) to[i] = table[from[i] as number] as number;
};

/** Two at a time: the low and the high half of a word. */
const bf16: Kernel = (bytes, out) => {
  const even = bytes.length & ~3;
  const words = elements(bytes.subarray(0, even), Int32Array);
  const to = bitsOf(out);
  for (let i = 0, j = 0; i < words.length; i++, j += 2) {
    const word = words[i] as number;
    to[j] = word << 16;
    to[j + 1] = word & 0xffff0000;
  }
  if (even < bytes.length) {
    to[to.length - 1] = ((bytes[even] as number) << 16) | ((bytes[even + 1] as number) << 24);
  }
};

const float8 =
  (dtype: DType): Kernel =>
  (bytes, out) => {
    const table = float8Table(dtype);
    const to = bitsOf(out);
    for (let i = 0; i < bytes.length; i++) to[i] = table[bytes[i] as number] as number;
  };

type Numbers = Float64Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array;
type NumberArray = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Numbers;
  readonly BYTES_PER_ELEMENT: number;
};

const numbers =
  (type: NumberArray): Kernel =>
  (bytes, out) =>
    out.set(elements(bytes, type));

const u8: Kernel = (bytes, out) => out.set(bytes);

/** A 64-bit integer that a double can't hold keeps a bit for what it loses, so that it is rounded once. */
function nearest(value: bigint): number {
  if (BigInt.asIntN(53, value) === value) return Number(value);
  const kept = (value >> 11n) << 11n;
  return Number(kept === value ? value : kept | (1n << 11n));
}

const bigints =
  (type: typeof BigInt64Array | typeof BigUint64Array): Kernel =>
  (bytes, out) => {
    const from: BigInt64Array | BigUint64Array = elements<BigInt64Array | BigUint64Array>(
      bytes,
      type,
    );
    for (let i = 0; i < from.length; i++) out[i] = nearest(from[i] as bigint);
  };

export const plainKernels: Partial<Record<DType, Kernel>> = {
  F64: numbers(Float64Array),
  F32: f32,
  F16: f16,
  BF16: bf16,
  F8_E4M3: float8("F8_E4M3"),
  F8_E5M2: float8("F8_E5M2"),
  F8_E8M0: float8("F8_E8M0"),
  F8_E4M3FNUZ: float8("F8_E4M3FNUZ"),
  F8_E5M2FNUZ: float8("F8_E5M2FNUZ"),
  I64: bigints(BigInt64Array),
  I32: numbers(Int32Array),
  I16: numbers(Int16Array),
  I8: numbers(Int8Array),
  U64: bigints(BigUint64Array),
  U32: numbers(Uint32Array),
  U16: numbers(Uint16Array),
  U8: u8,
  BOOL: u8,
};
