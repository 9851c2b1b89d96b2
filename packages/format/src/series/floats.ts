// Elements of float types as float32 and back.

import type { DType } from "../dtype.js";
import {
  bfloatOfFloatBits,
  bitsOfFloat,
  halfOfFloatBits,
  halfTable,
} from "../quantization/float-bits.js";

export const floatTypes: readonly DType[] = ["F32", "F16", "BF16"];

export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A copy. Little-endian machines alone, as all of this package. */
export function floatsOf(bytes: Uint8Array, dtype: DType): Float32Array<ArrayBuffer> {
  const own = bytes.slice().buffer;
  if (dtype === "F32") return new Float32Array(own);
  const halves = new Uint16Array(own);
  const bits = new Int32Array(halves.length);
  const table = dtype === "F16" ? halfTable() : undefined;
  for (const [i, half] of halves.entries()) {
    bits[i] = table === undefined ? half << 16 : (table[half] as number);
  }
  return new Float32Array(bits.buffer);
}

export function bytesOfFloats(values: Float32Array, dtype: DType): Uint8Array<ArrayBuffer> {
  if (dtype === "F32") return new Uint8Array(values.slice().buffer);
  const narrow = dtype === "F16" ? halfOfFloatBits : bfloatOfFloatBits;
  const halves = new Uint16Array(values.length);
  for (const [i, value] of values.entries()) halves[i] = narrow(bitsOfFloat(value));
  return new Uint8Array(halves.buffer);
}
