// The header of a GGUF file: counts, metadata, tensor infos, then the data at an alignment
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Versions 2 and 3, little-endian.

import { dtypeOfGgml, ggmlTypeText } from "../dtype.js";
import { FormatError, type FormatErrorCode } from "../errors.js";
import type { InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";
import { type TensorInfo, tensorSizes } from "../tensor-info.js";
import { HeaderWindow, NeedMore } from "./header-window.js";
import type { MetadataValue } from "./metadata-array.js";
import { LEAST_ENTRY_BYTES, Metadata, readName } from "./metadata-entry.js";
import type { GgufType } from "./value-types.js";

export interface GgufHeader {
  readonly version: number;
  readonly alignment: number;
  /** Where the data begins. */
  readonly dataOffset: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly metadataTypes: ReadonlyMap<string, GgufType>;
  readonly tensors: readonly TensorInfo[];
}

export const GGUF_MAGIC = 0x46554747; // "GGUF"
export const DEFAULT_ALIGNMENT = 32;
/** ggml's GGML_MAX_DIMS. */
export const MAX_DIMENSIONS = 4;

const LEAST_TENSOR_BYTES = 24;

interface RawTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
  /** Where its info is. */
  readonly at: number;
}

/**
 * Reads and checks the header; of the data only the file's size is looked at.
 *
 * @throws FormatError `ERR_HEADER`, `ERR_METADATA`, `ERR_TENSOR`, `ERR_TRUNCATED`, `ERR_LIMIT`,
 * `ERR_UNSUPPORTED`
 */
export async function readGgufHeader(
  file: InputFile,
  limits: Limits,
  signal?: AbortSignal,
): Promise<GgufHeader> {
  const window = new HeaderWindow(file, limits.maxHeaderBytes, signal);
  const parser = new HeaderParser(window, limits);
  for (let needed = 24; needed > 0; needed = parser.advance()) await window.grow(needed);
  return parser.finish();
}

class HeaderParser {
  private readonly metadata = new Metadata();
  private readonly raw = new Map<string, RawTensor>();
  private version = 0;
  private tensorCount = 0;
  private keyCount = 0;

  constructor(
    private readonly window: HeaderWindow,
    private readonly limits: Limits,
  ) {}

  /** Reads as far as the window goes. Returns how many bytes are needed, or 0 when all is read. */
  advance(): number {
    const { window } = this;
    for (;;) {
      const from = window.at;
      try {
        if (this.version === 0) this.counts();
        else if (this.metadata.values.size < this.keyCount) this.metadata.read(window, this.limits);
        else if (this.raw.size < this.tensorCount) this.tensor();
        else return 0;
      } catch (thrown) {
        if (!(thrown instanceof NeedMore)) throw thrown;
        window.at = from;
        return thrown.bytes;
      }
    }
  }

  finish(): GgufHeader {
    const { window, version } = this;
    const { values: metadata, types: metadataTypes } = this.metadata;
    const alignment = this.alignment();
    const dataOffset = alignUp(window.at, alignment);
    const tensors = [...this.raw.values()].map((raw) => this.info(raw, dataOffset, alignment));
    this.checkOverlaps(tensors);
    return { version, alignment, dataOffset, metadata, metadataTypes, tensors };
  }

  private counts(): void {
    const { window, limits } = this;
    const magic = window.u32();
    if (magic !== GGUF_MAGIC) {
      this.fail("ERR_UNRECOGNIZED", '"GGUF" as the first four bytes', `0x${magic.toString(16)}`, 0);
    }
    const version = window.u32();
    if (version !== 2 && version !== 3) {
      const swapped = version > 0 && version % 65536 === 0;
      const found = swapped ? "a big-endian file" : `version ${version}`;
      this.fail("ERR_UNSUPPORTED", "a little-endian file of version 2 or 3", found, 4);
    }
    const count = (what: string, most: number, leastBytes: number): number => {
      const value = window.u64(`a number of ${what}`);
      const offset = window.at - 8;
      if (value > most) this.fail("ERR_LIMIT", `at most ${most} ${what}`, value, offset);
      if (value * leastBytes > window.file.byteLength) {
        const expected = `${what} that fit in ${window.file.byteLength} bytes`;
        this.fail("ERR_TRUNCATED", expected, value, offset);
      }
      return value;
    };
    this.tensorCount = count("tensors", limits.maxTensors, LEAST_TENSOR_BYTES);
    this.keyCount = count("keys", limits.maxMetadata, LEAST_ENTRY_BYTES);
    this.version = version;
  }

  private tensor(): void {
    const { window } = this;
    const at = window.at;
    const name = readName(window, "a tensor's name");
    const fail = (expected: string, found: unknown): never =>
      this.fail("ERR_TENSOR", expected, found, at, name);
    if (this.raw.has(name)) fail("each name once", "it twice");
    const dimensions = window.u32();
    if (dimensions > MAX_DIMENSIONS) fail(`at most ${MAX_DIMENSIONS} dimensions`, dimensions);
    const shape: number[] = [];
    for (let i = 0; i < dimensions; i++) shape.unshift(window.u64("a dimension"));
    const type = window.u32();
    const offset = window.u64("an offset");
    this.raw.set(name, { name, shape, type, offset, at });
  }

  private alignment(): number {
    const value = this.metadata.values.get("general.alignment");
    if (value === undefined) return DEFAULT_ALIGNMENT;
    const isPower = typeof value === "number" && value > 0 && (value & (value - 1)) === 0;
    if (this.metadata.types.get("general.alignment") !== "uint32" || !isPower) {
      const found = `${this.metadata.types.get("general.alignment")} ${String(value)}`;
      this.fail("ERR_METADATA", "a power of two, uint32, as general.alignment", found);
    }
    return value as number;
  }

  private info(raw: RawTensor, dataOffset: number, alignment: number): TensorInfo {
    const { name, shape, at } = raw;
    const fail = (code: FormatErrorCode, expected: string, found: unknown, offset = at): never =>
      this.fail(code, expected, found, offset, name);
    const dtype =
      dtypeOfGgml(raw.type) ??
      fail("ERR_UNSUPPORTED", "a type of ggml whose size is known", ggmlTypeText(raw.type));
    const sizes = tensorSizes(dtype, shape, true);
    if ("length" in sizes) return fail("ERR_TENSOR", ...sizes);
    if (raw.offset % alignment !== 0) {
      fail("ERR_TENSOR", `an offset that is a multiple of ${alignment}`, raw.offset);
    }
    const byteOffset = dataOffset + raw.offset;
    const { path: file, byteLength: size } = this.window.file;
    if (byteOffset + sizes.byteLength > size && sizes.byteLength > 0) {
      const found = `the end of the file at byte ${size}`;
      fail("ERR_TRUNCATED", `${sizes.byteLength} bytes`, found, byteOffset);
    }
    const stored = { encoding: "raw", storedBytes: sizes.byteLength } as const;
    return { name, dtype, shape, file, byteOffset, ...stored, ...sizes };
  }

  private checkOverlaps(tensors: readonly TensorInfo[]): void {
    const filled = tensors.filter(({ byteLength }) => byteLength > 0);
    filled.sort((a, b) => a.byteOffset - b.byteOffset);
    let end = 0;
    for (const { name, byteOffset, byteLength } of filled) {
      if (byteOffset < end) {
        const expected = `data from byte ${end} on, where the data before it ends`;
        const found = `an overlap of ${end - byteOffset} bytes`;
        this.fail("ERR_TENSOR", expected, found, byteOffset, name);
      }
      end = byteOffset + byteLength;
    }
  }

  private fail(
    code: FormatErrorCode,
    expected: string,
    found: unknown,
    offset?: number,
    tensor?: string,
  ): never {
    throw new FormatError(code, { file: this.window.file.path, tensor, offset, expected, found });
  }
}

/** The least multiple of `alignment` that is not below `offset`. */
export const alignUp = (offset: number, alignment: number): number =>
  Math.ceil(offset / alignment) * alignment;
