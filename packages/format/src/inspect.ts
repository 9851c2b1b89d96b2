// What a model is made of, as a plain object that JSON can hold.

import type { DType } from "./dtype.js";
import { MetadataArray, type MetadataValue } from "./gguf/metadata-array.js";
import type { GgufType } from "./gguf/value-types.js";
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
  /** By type, those with the most bytes first. */
  readonly dtypes: readonly {
    readonly dtype: DType;
    readonly tensors: number;
    readonly parameters: number;
    readonly bytes: number;
  }[];
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly parameters: number;
    readonly bytes: number;
  }[];
  readonly metadata: Readonly<Record<string, InspectedValue>>;
}

export interface InspectOptions {
  /** Elements of an array that are shown; default 8. */
  readonly arrayItems?: number;
}

/** Sums a source up. Reads no data. */
export function inspect(source: TensorSource, { arrayItems = 8 }: InspectOptions = {}): Inspection {
  const byType = new Map<DType, { tensors: number; parameters: number; bytes: number }>();
  const tensors = [...source.tensors.values()].map(
    ({ name, dtype, shape, elements, byteLength }) => {
      const sum = byType.get(dtype) ?? { tensors: 0, parameters: 0, bytes: 0 };
      byType.set(dtype, sum);
      sum.tensors++;
      sum.parameters += elements;
      sum.bytes += byteLength;
      return { name, dtype, shape, parameters: elements, bytes: byteLength };
    },
  );
  const dtypes = [...byType].map(([dtype, sum]) => ({ dtype, ...sum }));
  dtypes.sort((a, b) => b.bytes - a.bytes);
  const parameters = dtypes.reduce((sum, type) => sum + type.parameters, 0);
  const bytes = dtypes.reduce((sum, type) => sum + type.bytes, 0);
  const metadata = [...source.metadata].map(([key, value]) => [key, shown(value, arrayItems)]);
  return {
    format: source.format,
    ...(source.version === undefined ? {} : { version: source.version }),
    files: source.files,
    parameters,
    bytes,
    bitsPerWeight: parameters === 0 ? 0 : (8 * bytes) / parameters,
    dtypes,
    tensors,
    metadata: Object.fromEntries(metadata) as Record<string, InspectedValue>,
  };
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
