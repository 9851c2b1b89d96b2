// What a model is made of, as a plain object that JSON can hold.

import type { DType } from "./dtype.js";
import { MetadataArray, type MetadataValue } from "./gguf/metadata-array.js";
import type { GgufType } from "./gguf/value-types.js";
import type { Encoding } from "./ryan/stored-tensor.js";
import type { SourceFile, SourceFormat, TensorSource } from "./tensor-source.js";

/** An array of the metadata, of which only the first elements are shown when it is long. */
export interface ArraySummary {
  readonly type: GgufType;
  readonly length: number;
  readonly first: readonly InspectedValue[];
}

/** 64-bit integers beyond 2^53 - 1 are strings of digits. */
export type InspectedValue = number | boolean | string | ArraySummary;

export interface Inspection {
  readonly format: SourceFormat;
  readonly version?: number;
  readonly files: readonly SourceFile[];
  /** Elements of all tensors. */
  readonly parameters: number;
  /** Of all tensors' data. */
  readonly bytes: number;
  /** Of all tensors together; 0 without any. */
  readonly bitsPerWeight: number;
  /** What all tensors take in their files. */
  readonly storedBytes: number;
  /** Of the files rather than of the elements: entropy coding counts. Headers and indices don't. */
  readonly fileBitsPerWeight: number;
  /** By type, those with the most bytes first. */
  readonly dtypes: readonly {
    readonly dtype: DType;
    readonly tensors: number;
    readonly parameters: number;
    readonly bytes: number;
    readonly storedBytes: number;
  }[];
  /** How a RyanFormat file has its tensors, those with the most bytes first. */
  readonly encodings?: readonly {
    readonly encoding: Encoding;
    readonly tensors: number;
    readonly bytes: number;
    readonly storedBytes: number;
  }[];
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly parameters: number;
    readonly bytes: number;
    readonly encoding: Encoding;
    readonly storedBytes: number;
  }[];
  readonly metadata: Readonly<Record<string, InspectedValue>>;
}

export interface InspectOptions {
  /** Elements of an array that are shown; default 8. */
  readonly arrayItems?: number;
}

/** Sums a source up. Reads no data. */
export function inspect(source: TensorSource, { arrayItems = 8 }: InspectOptions = {}): Inspection {
  const tensors = [...source.tensors.values()].map(
    ({ name, dtype, shape, elements: parameters, byteLength: bytes, encoding, storedBytes }) => {
      return { name, dtype, shape, parameters, bytes, encoding, storedBytes };
    },
  );
  const dtypes = grouped(tensors, ({ dtype }) => dtype);
  const encodings = grouped(tensors, ({ encoding }) => encoding);
  const { parameters, bytes, storedBytes } = sumOf(tensors);
  const metadata = [...source.metadata].map(([key, value]) => [key, shown(value, arrayItems)]);
  return {
    format: source.format,
    ...(source.version === undefined ? {} : { version: source.version }),
    files: source.files,
    parameters,
    bytes,
    bitsPerWeight: parameters === 0 ? 0 : (8 * bytes) / parameters,
    storedBytes,
    fileBitsPerWeight: parameters === 0 ? 0 : (8 * storedBytes) / parameters,
    dtypes: dtypes.map(([dtype, sum]) => ({ dtype, ...sum })),
    ...(source.format === "ryan"
      ? {
          encodings: encodings.map(([encoding, { parameters: _, ...sum }]) => ({
            encoding,
            ...sum,
          })),
        }
      : {}),
    tensors,
    metadata: Object.fromEntries(metadata) as Record<string, InspectedValue>,
  };
}

interface Sizes {
  readonly parameters: number;
  readonly bytes: number;
  readonly storedBytes: number;
}

interface Sum extends Sizes {
  readonly tensors: number;
}

/** The groups with the most bytes first. */
function grouped<K, T extends Sizes>(all: readonly T[], keyOf: (each: T) => K): [K, Sum][] {
  const groups = new Map<K, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const sums = [...groups].map(([key, group]): [K, Sum] => [key, sumOf(group)]);
  return sums.sort(([, a], [, b]) => b.bytes - a.bytes);
}

function sumOf(all: readonly Sizes[]): Sum {
  let [parameters, bytes, storedBytes] = [0, 0, 0];
  for (const each of all) {
    parameters += each.parameters;
    bytes += each.bytes;
    storedBytes += each.storedBytes;
  }
  return { tensors: all.length, parameters, bytes, storedBytes };
}

function shown(value: MetadataValue, items: number): InspectedValue {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (!(value instanceof MetadataArray)) return value;
  const first = value.toArray(items).map((item) => shown(item, items));
  return { type: value.type, length: value.length, first };
}
