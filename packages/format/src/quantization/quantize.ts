// Float32 to the types that ggml quantises by the largest value of a block. Every step is
// rounded to float32 as the `gguf` Python package's arrays are, so that the bytes are the same.

import { type DType, dtypes } from "../dtype.js";
import { FormatError } from "../errors.js";
import { bfloatOfFloatBits, bitsOfFloat, halfOfFloatBits } from "./float-bits.js";
import { bitsOf } from "./kernel.js";

/** Writes one block. `x` from `at` on has 32 values, all finite; `bits` is the same memory. */
type BlockWriter = (
  x: Float32Array,
  at: number,
  out: Uint8Array,
  to: number,
  bits: Int32Array,
) => void;

/** 1 / d as float32. */
const inverse = (d: number): number => (d === 0 ? 0 : Math.fround(1 / d));

/**
 * What the reference's cast makes of a quant. Where a scale is below 2^-128 its inverse is infinite
 * and the quants are 0, which is as good as any: as float16 the scale is 0.
 */
function quantOf(value: number, highest: number): number {
  return Math.min(highest, value | 0); // truncates; 0 for infinity and NaN
}

function putHalf(value: number, out: Uint8Array, to: number, at: number): void {
  const half = halfOfFloatBits(bitsOfFloat(value));
  if ((half & 0x7c00) === 0x7c00) {
    throw new FormatError("ERR_VALUE", {
      expected: "a block whose scale and minimum float16 can hold",
      found: `${value} for values ${at} to ${at + 31}`,
    });
  }
  out[to] = half & 255;
  out[to + 1] = half >> 8;
}

/** The value of largest magnitude, with its sign; the first of equals. */
function extreme(x: Float32Array, at: number): number {
  let most = -1;
  let value = 0;
  for (let i = at; i < at + 32; i++) {
    const magnitude = Math.abs(x[i] as number);
    if (magnitude > most) {
      most = magnitude;
      value = x[i] as number;
    }
  }
  return value;
}

const quants = new Uint8Array(32);

function putNibbles(out: Uint8Array, to: number): void {
  for (let j = 0; j < 16; j++) {
    out[to + j] = ((quants[j] as number) & 15) | (((quants[j + 16] as number) & 15) << 4);
  }
}

function putHighBits(out: Uint8Array, to: number): void {
  for (let byte = 0; byte < 4; byte++) {
    let bits = 0;
    for (let j = 0; j < 8; j++) bits |= ((quants[8 * byte + j] as number) >> 4) << j;
    out[to + byte] = bits;
  }
}

/** Q4_0, Q5_0: the extreme value becomes the lowest quant. */
function symmetric(bits: 4 | 5): BlockWriter {
  const middle = 2 ** (bits - 1);
  const highest = 2 ** bits - 1;
  return (x, at, out, to) => {
    const d = Math.fround(extreme(x, at) / -middle);
    const id = inverse(d);
    for (let j = 0; j < 32; j++) {
      const scaled = Math.fround((x[at + j] as number) * id);
      quants[j] = quantOf(Math.fround(scaled + (middle + 0.5)), highest);
    }
    putHalf(d, out, to, at);
    if (bits === 5) putHighBits(out, to + 2);
    putNibbles(out, bits === 5 ? to + 6 : to + 2);
  };
}

/** Q4_1, Q5_1: quants from the minimum to the maximum. */
function ranged(bits: 4 | 5): BlockWriter {
  const highest = 2 ** bits - 1;
  return (x, at, out, to) => {
    let least = x[at] as number;
    let most = least;
    for (let i = at + 1; i < at + 32; i++) {
      least = Math.min(least, x[i] as number);
      most = Math.max(most, x[i] as number);
    }
    const d = Math.fround(Math.fround(most - least) / highest);
    const id = inverse(d);
    for (let j = 0; j < 32; j++) {
      const scaled = Math.fround(Math.fround((x[at + j] as number) - least) * id);
      quants[j] = quantOf(Math.fround(scaled + 0.5), highest);
    }
    putHalf(d, out, to, at);
    putHalf(least, out, to + 2, at);
    if (bits === 5) putHighBits(out, to + 4);
    putNibbles(out, bits === 5 ? to + 8 : to + 4);
  };
}

const q8_0: BlockWriter = (x, at, out, to, bits) => {
  const d = Math.fround(Math.abs(extreme(x, at)) / 127);
  const id = inverse(d);
  putHalf(d, out, to, at);
  for (let j = 0; j < 32; j++) {
    const scaled = Math.fround((x[at + j] as number) * id);
    const magnitude = quantOf(Math.abs(scaled) + 0.5, 127); // halves away from zero; exact in double
    // A branch on the sign would be guessed wrong half of the time.
    const minus = (bits[at + j] as number) >> 31;
    out[to + 2 + j] = (magnitude ^ minus) - minus;
  }
};

const blockWriters: Partial<Record<DType, BlockWriter>> = {
  Q4_0: symmetric(4),
  Q4_1: ranged(4),
  Q5_0: symmetric(5),
  Q5_1: ranged(5),
  Q8_0: q8_0,
};

/** Types that are single numbers of 16 bits: from the bits of float32. */
const halfWriters: Partial<Record<DType, (bits: Int32Array, out: Uint16Array) => void>> = {
  F16: (bits, out) => {
    for (let i = 0; i < bits.length; i++) out[i] = halfOfFloatBits(bits[i] as number);
  },
  BF16: (bits, out) => {
    for (let i = 0; i < bits.length; i++) out[i] = bfloatOfFloatBits(bits[i] as number);
  },
};

/** The types that {@link quantize} writes. */
export const quantizable: readonly DType[] = [
  "F32",
  ...Object.keys(halfWriters),
  ...Object.keys(blockWriters),
] as DType[];

/**
 * Float32 in another type, to the bytes of the `gguf` Python package's `quantize`. K types have no
 * such rule of one block by itself: their bytes are passed through from files that have them.
 *
 * @param values for block types a multiple of 32, all finite
 * @throws FormatError `ERR_UNSUPPORTED` for other types, `ERR_ARGUMENT` for a length that blocks
 * don't divide, `ERR_VALUE` for NaN and infinity in block types, and scales beyond float16
 */
export function quantize(dtype: DType, values: Float32Array): Uint8Array {
  if (!(values instanceof Float32Array)) {
    throw new FormatError("ERR_ARGUMENT", { expected: "a Float32Array", found: typeof values });
  }
  if (dtype === "F32") {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  }
  const toHalf = halfWriters[dtype];
  if (toHalf !== undefined) {
    const halves = new Uint16Array(values.length);
    toHalf(bitsOf(values), halves);
    return new Uint8Array(halves.buffer);
  }
  const write = blockWriters[dtype];
  if (write === undefined) {
    throw new FormatError("ERR_UNSUPPORTED", {
      expected: `a type that float32 is quantised to here: ${quantizable.join(", ")}`,
      found: dtype,
    });
  }
  return quantizeBlocks(dtype, write, values);
}

function quantizeBlocks(dtype: DType, write: BlockWriter, values: Float32Array): Uint8Array {
  const { block, blockBytes } = dtypes[dtype];
  if (values.length % block !== 0) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `a multiple of ${block} values (${dtype})`,
      found: values.length,
    });
  }
  const bits = bitsOf(values);
  const bad = firstNotFinite(bits);
  if (bad !== undefined) {
    const found = `${values[bad]} as value ${bad}`;
    throw new FormatError("ERR_VALUE", { expected: `finite values (${dtype})`, found });
  }
  const out = new Uint8Array((values.length / block) * blockBytes);
  for (let at = 0, to = 0; at < values.length; at += block, to += blockBytes) {
    write(values, at, out, to, bits);
  }
  return out;
}

function firstNotFinite(bits: Int32Array): number | undefined {
  for (let i = 0; i < bits.length; i++) {
    if (((bits[i] as number) & 0x7f800000) === 0x7f800000) return i;
  }
  return undefined;
}
