// Tensors bit for bit. Between checkpoints floats change little: the difference of their bits, in the order of the numbers that
// they stand for, is a small integer. One byte says which form is the smaller: 0 as they are, 1 as differences.

import { type DType, dtypes } from "../dtype.js";
import { decodePlanes, encodePlanes } from "../entropy/index.js";
import { layoutOf } from "../entropy/layout.js";
import { refuse } from "./code-streams.js";

/** @param base  the tensor of the checkpoint before, of the same length */
export function encodeExact(bytes: Uint8Array, dtype: DType, base?: Uint8Array): Uint8Array {
  const own = encodePlanes(bytes, layoutOf(dtype));
  const width = dtypes[dtype].blockBytes;
  const canDiffer = base?.length === bytes.length && isWidth(width) && dtypes[dtype].block === 1;
  if (!canDiffer) return marked(0, own);
  const differences = differ(bytes, base, width, isFloat(dtype));
  const apart = encodePlanes(differences, { period: width, rotate: false });
  return apart.length < own.length ? marked(1, apart) : marked(0, own);
}

/** @throws FormatError `ERR_SERIES`, `ERR_CHUNK` */
export function decodeExact(
  coded: Uint8Array,
  dtype: DType,
  length: number,
  base?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const form = coded[0];
  const bytes = new Uint8Array(length);
  decodePlanes(coded.subarray(1), bytes);
  if (form === 0) return bytes;
  const width = dtypes[dtype].blockBytes;
  if (form !== 1 || !isWidth(width)) return refuse("a form of exact tensors", form);
  if (base?.length !== length) return refuse(`${length} bytes to differ from`, base?.length);
  return restore(bytes, base, width, isFloat(dtype));
}

const isWidth = (width: number) => width === 1 || width === 2 || width === 4;
const isFloat = (dtype: DType) => ["F32", "F16", "BF16"].includes(dtype);

const marked = (form: number, bytes: Uint8Array): Uint8Array => {
  const all = new Uint8Array(1 + bytes.length);
  all[0] = form;
  all.set(bytes, 1);
  return all;
};

type Words = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

function wordsOf(bytes: Uint8Array, width: number): Words {
  const own = bytes.slice();
  if (width === 1) return own;
  return width === 2 ? new Uint16Array(own.buffer) : new Uint32Array(own.buffer);
}

function differ(bytes: Uint8Array, base: Uint8Array, width: number, floats: boolean): Uint8Array {
  const [now, before] = [wordsOf(bytes, width), wordsOf(base, width)];
  const shift = 32 - 8 * width;
  for (let i = 0; i < now.length; i++) {
    const change =
      ordered(now[i] as number, shift, floats) - ordered(before[i] as number, shift, floats);
    const signed = (change << shift) >> shift;
    now[i] = (signed << 1) ^ (signed >> 31);
  }
  return new Uint8Array(now.buffer);
}

function restore(
  bytes: Uint8Array,
  base: Uint8Array,
  width: number,
  floats: boolean,
): Uint8Array<ArrayBuffer> {
  const [now, before] = [wordsOf(bytes, width), wordsOf(base, width)];
  const shift = 32 - 8 * width;
  for (let i = 0; i < now.length; i++) {
    const code = now[i] as number;
    const change = (code >>> 1) ^ -(code & 1);
    now[i] = disordered(ordered(before[i] as number, shift, floats) + change, shift, floats);
  }
  return new Uint8Array(now.buffer);
}

/** Bits of a float as an integer that grows with the number: negative ones are turned round. */
function ordered(bits: number, shift: number, floats: boolean): number {
  if (!floats) return bits;
  const signed = (bits << shift) >> shift;
  return signed < 0 ? ~signed ^ (-2147483648 >> shift) : signed;
}

function disordered(value: number, shift: number, floats: boolean): number {
  if (!floats) return value;
  const signed = (value << shift) >> shift;
  return signed < 0 ? ~(signed ^ (-2147483648 >> shift)) : signed;
}
