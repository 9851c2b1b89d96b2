// Reads one value of GGUF metadata out of the header's window.

import { FormatError, type FormatErrorCode } from "../errors.js";
import type { Limits } from "../limits.js";
import type { HeaderWindow } from "./header-window.js";
import { MetadataArray, type MetadataValue } from "./metadata-array.js";
import {
  type FixedType,
  type GgufType,
  ggufTypeOf,
  isFixed,
  readFixed,
  sizeOf,
  typedArrays,
} from "./value-types.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function readMetadataValue(
  window: HeaderWindow,
  key: string,
  limits: Limits,
): { readonly type: GgufType; readonly value: MetadataValue } {
  return new ValueReader(window, key, limits).read();
}

class ValueReader {
  private nested = 0;

  constructor(
    private readonly window: HeaderWindow,
    private readonly key: string,
    private readonly limits: Limits,
  ) {}

  read(): { type: GgufType; value: MetadataValue } {
    const type = this.type();
    if (type === "array") return { type, value: this.array(1) };
    if (type === "string") return { type, value: this.string() };
    const from = this.window.take(sizeOf(type));
    if (type === "bool") this.checkBooleans(from, 1);
    return { type, value: readFixed(this.window.view, from, type) };
  }

  private type(): GgufType {
    const number = this.window.u32();
    return ggufTypeOf(number) ?? this.fail("ERR_METADATA", "a type from 0 to 12", number, -4);
  }

  private array(depth: number): MetadataArray {
    const { window, limits } = this;
    if (depth > limits.maxArrayDepth) {
      this.fail("ERR_LIMIT", `at most ${limits.maxArrayDepth} levels of arrays`, "more");
    }
    const type = this.type();
    const length = window.u64("the length of an array");
    const least = isFixed(type) ? sizeOf(type) : type === "string" ? 8 : 12;
    // What the file can't hold allocates nothing.
    if (length * least > window.file.byteLength - window.at) {
      const found = `${length} of at least ${least} bytes each`;
      this.fail("ERR_TRUNCATED", "an array that fits in the file", found, -8);
    }
    if (isFixed(type)) return new MetadataArray(type, this.numbers(type, length));
    if (type === "string") return this.strings(length);
    this.nested += length;
    if (this.nested > limits.maxMetadata) {
      this.fail("ERR_LIMIT", `at most ${limits.maxMetadata} arrays within arrays`, this.nested);
    }
    return new MetadataArray(
      type,
      Array.from({ length }, () => this.array(depth + 1)),
    );
  }

  private numbers(type: FixedType, length: number) {
    const size = length * sizeOf(type);
    const from = this.window.take(size);
    if (type === "bool") this.checkBooleans(from, length);
    const copy = this.window.bytes.slice(from, from + size);
    return new typedArrays[type](copy.buffer, 0, length);
  }

  private strings(length: number): MetadataArray {
    const { window } = this;
    window.take(8 * length); // asks for the least that they need before anything is allocated
    window.at -= 8 * length;
    const first = window.at;
    const starts = new Uint32Array(length);
    const ends = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const size = window.u64("the length of a string");
      const from = window.take(size) - first;
      starts[i] = from;
      ends[i] = from + size;
    }
    const bytes = window.bytes.slice(first, window.at);
    return new MetadataArray("string", { bytes, starts, ends });
  }

  private string(): string {
    const { window } = this;
    const length = window.u64("the length of a string");
    const from = window.take(length);
    try {
      return strict.decode(window.bytes.subarray(from, from + length));
    } catch {
      return this.fail("ERR_METADATA", "a string in UTF-8", "other bytes", -length);
    }
  }

  private checkBooleans(from: number, length: number): void {
    for (let i = from; i < from + length; i++) {
      const byte = this.window.bytes[i] as number;
      if (byte > 1) this.fail("ERR_METADATA", "0 or 1 as a boolean", byte, i - this.window.at);
    }
  }

  /** @param from relative to the next byte of the window */
  private fail(code: FormatErrorCode, expected: string, found: unknown, from = 0): never {
    const offset = this.window.at + from;
    throw new FormatError(code, {
      file: this.window.file.path,
      key: this.key,
      offset,
      expected,
      found,
    });
  }
}
