// The metadata at the head of a GGUF file, versions 2 and 3, little-endian. Tensors are
// left alone: a file of any size gives its vocabulary from its first megabytes.

import { TokenizerError } from "../errors.js";

/** An array of the metadata: numbers, or strings as their bytes. */
export interface GgufArray {
  readonly type: number;
  readonly length: number;
  /** Numbers and booleans, undefined for strings. */
  readonly numbers?: Float64Array;
  /** Strings: `bytes.subarray(starts[i], ends[i])`. */
  readonly bytes?: Uint8Array;
  readonly starts?: Uint32Array;
  readonly ends?: Uint32Array;
}

export type GgufValue = number | bigint | boolean | string | GgufArray;

const STRING = 8;
const ARRAY = 9;
/** Bytes of each type by its number; 0 for strings and arrays. */
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const MAX_PAIRS = 1 << 16;

/** Thrown when the bytes end within the metadata: more of the file is needed. */
export class GgufTruncated extends TokenizerError {
  constructor(readonly needed: number) {
    super("ERR_FORMAT", `expected at least ${needed} bytes of a GGUF file, found its end before`);
  }
}

/**
 * Reads the metadata.
 *
 * @param wanted which keys' arrays to keep; others are only passed over
 * @throws TokenizerError `ERR_FORMAT` with byte and key; {@link GgufTruncated} if more is needed
 */
export function readGgufMetadata(
  file: Uint8Array,
  wanted: (key: string) => boolean = () => true,
): Map<string, GgufValue> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  let where = "the header";
  const take = (size: number): number => {
    const from = at;
    if (size > file.length - from) throw new GgufTruncated(from + size);
    at = from + size;
    return from;
  };
  const fail = (expected: string, found: unknown): never => {
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected ${expected}, found ${String(found)} at byte ${at} of a GGUF file (${where})`,
    );
  };
  const count = (max: number): number => {
    const value = view.getBigUint64(take(8), true);
    if (value > BigInt(max)) fail(`a count up to ${max}`, value);
    return Number(value);
  };
  const string = (): [number, number] => {
    const length = count(0x7fffffff);
    const from = take(length);
    return [from, from + length];
  };
  const text = (): string => {
    const [from, to] = string();
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return decoder.decode(file.subarray(from, to));
    } catch {
      return fail("UTF-8", "other bytes");
    }
  };
  const number = (type: number, from: number): number | bigint | boolean => {
    switch (type) {
      case 0:
        return view.getUint8(from);
      case 1:
        return view.getInt8(from);
      case 2:
        return view.getUint16(from, true);
      case 3:
        return view.getInt16(from, true);
      case 4:
        return view.getUint32(from, true);
      case 5:
        return view.getInt32(from, true);
      case 6:
        return view.getFloat32(from, true);
      case 7:
        return view.getUint8(from) !== 0;
      case 10:
        return view.getBigUint64(from, true);
      case 11:
        return view.getBigInt64(from, true);
      default:
        return view.getFloat64(from, true);
    }
  };
  const sizeOf = (type: number): number => SIZES[type] ?? fail("a type from 0 to 12", type);
  const array = (keep: boolean, depth: number): GgufArray => {
    const type = view.getUint32(take(4), true);
    const size = sizeOf(type);
    // No element is shorter than this, so that a count that the file can't hold allocates nothing.
    const least = size || (type === STRING ? 8 : 12);
    const length = count(0x7fffffff);
    if (length * least > file.length - at) throw new GgufTruncated(at + length * least);
    if (size > 0) {
      const from = take(length * size);
      if (!keep) return { type, length };
      const numbers = new Float64Array(length);
      for (let i = 0; i < length; i++) numbers[i] = Number(number(type, from + i * size));
      return { type, length, numbers };
    }
    if (type === ARRAY) {
      if (depth > 3) fail("at most 4 levels of arrays", "more");
      for (let i = 0; i < length; i++) array(false, depth + 1);
      return { type, length };
    }
    const starts = new Uint32Array(keep ? length : 0);
    const ends = new Uint32Array(keep ? length : 0);
    for (let i = 0; i < length; i++) {
      const [from, to] = string();
      if (!keep) continue;
      starts[i] = from;
      ends[i] = to;
    }
    return keep ? { type, length, bytes: file, starts, ends } : { type, length };
  };

  const magic = view.getUint32(take(4), true);
  if (magic !== 0x46554747) fail('"GGUF"', `0x${magic.toString(16)}`);
  const version = view.getUint32(take(4), true);
  if (version !== 2 && version !== 3) {
    const what = version > 0xffff ? "a big-endian file" : `version ${version}`;
    throw new TokenizerError("ERR_UNSUPPORTED", `expected GGUF version 2 or 3, found ${what}`);
  }
  count(Number.MAX_SAFE_INTEGER);
  const pairs = count(MAX_PAIRS);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < pairs; i++) {
    where = `key ${i}`;
    const key = text();
    where = key;
    const type = view.getUint32(take(4), true);
    if (type === STRING) metadata.set(key, text());
    else if (type === ARRAY) metadata.set(key, array(wanted(key), 0));
    else metadata.set(key, number(type, take(sizeOf(type))));
  }
  return metadata;
}
