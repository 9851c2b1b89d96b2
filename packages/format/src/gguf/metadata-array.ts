// An array of GGUF metadata. A vocabulary has 150,000 strings, most of which nobody reads:
// they stay bytes until they are asked for.

import type { GgufType, TypedNumbers } from "./value-types.js";

/** A value of metadata. 64-bit integers of GGUF are bigints; safetensors has strings only. */
export type MetadataValue = number | bigint | boolean | string | MetadataArray;

/** Strings as one block of bytes; string `i` is from `starts[i]` to `ends[i]`. */
export interface StringBlock {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

type Contents = TypedNumbers | StringBlock | readonly MetadataArray[];

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class MetadataArray implements Iterable<MetadataValue> {
  readonly length: number;

  /** @internal */
  constructor(
    /** The type of the elements. */
    readonly type: GgufType,
    private readonly contents: Contents,
  ) {
    this.length = "starts" in contents ? contents.starts.length : contents.length;
  }

  /** An element; negative indices count from the end. Bytes of strings that are not UTF-8 become U+FFFD. */
  at(index: number): MetadataValue | undefined {
    const i = index < 0 ? this.length + index : index;
    if (!(Number.isInteger(i) && i >= 0 && i < this.length)) return undefined;
    if ("starts" in this.contents) return decoder.decode(this.bytesAt(i));
    const value = this.contents[i];
    return this.type === "bool" ? value !== 0 : value;
  }

  /** A string exactly as it is in the file; undefined for other types. */
  bytesAt(index: number): Uint8Array | undefined {
    if (!("starts" in this.contents)) return undefined;
    const { bytes, starts, ends } = this.contents;
    return index in starts ? bytes.subarray(starts[index], ends[index]) : undefined;
  }

  /** Numbers without a copy, booleans as bytes 0 and 1; undefined for strings and arrays. */
  get numbers(): TypedNumbers | undefined {
    return ArrayBuffer.isView(this.contents) ? this.contents : undefined;
  }

  /** All elements; `count` gives only the first ones. */
  toArray(count = this.length): MetadataValue[] {
    const length = Math.min(count, this.length);
    return Array.from({ length }, (_, i) => this.at(i) as MetadataValue);
  }

  *[Symbol.iterator](): Iterator<MetadataValue> {
    for (let i = 0; i < this.length; i++) yield this.at(i) as MetadataValue;
  }
}
