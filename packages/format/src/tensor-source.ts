// Tensors of a model, whatever files it is in: known at once, read when asked for.

import { dtypes } from "./dtype.js";
import { FormatError, quoted } from "./errors.js";
import type { MetadataValue } from "./gguf/metadata-array.js";
import type { GgufType } from "./gguf/value-types.js";
import type { InputFile } from "./input-file.js";
import type { MappedBuffer } from "./mapping.js";
import { dequantize, ensureDequantizable } from "./quantization/dequantize.js";
import { type RowRange, type Span, spanOf } from "./row-range.js";
import type { TensorInfo } from "./tensor-info.js";
import type { TensorReader } from "./tensor-reader.js";

/** Bytes that `readF32` holds besides its result, and `stream` gives at a time. */
const PANEL = 1 << 20;

export interface RangeOptions {
  /** Only these rows, `[first, end)`; all when absent. */
  readonly rows?: RowRange | undefined;
}

export interface ReadOptions<T> extends RangeOptions {
  /** Where to write; at least as long as what is read. */
  readonly into?: T | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions extends RangeOptions {
  /** Bytes of a chunk at most, rounded down to whole blocks; default 1 MiB. */
  readonly chunkBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MapOptions extends RangeOptions {
  /** What the first byte's address must be a multiple of; default what the type's elements need. */
  readonly alignment?: number | undefined;
  /**
   * Whether to read the bytes once and compare them with their hashes, which RyanFormat alone has; default true. A mapping
   * itself is not looked at again.
   */
  readonly verify?: boolean | undefined;
}

/** A file of a source. */
export interface SourceFile {
  readonly path: string;
  readonly byteLength: number;
  /** Where its tensors' data begins. */
  readonly dataOffset: number;
}

export type SourceFormat = "safetensors" | "gguf" | "ryan";

/** What a file was saved with the number of. */
export interface SourceCommit {
  /** From 1 on: the one that was opened. */
  readonly number: number;
  /** The last one in the file. */
  readonly newest: number;
}

/** What the reader of a format found. */
export interface SourceContents {
  readonly format: SourceFormat;
  readonly version: number | undefined;
  readonly commit?: SourceCommit | undefined;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly metadataTypes: ReadonlyMap<string, GgufType>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly dataOffsets: readonly number[];
}

export class TensorSource implements AsyncDisposable {
  readonly format: SourceFormat;
  /** Of GGUF: 2 or 3; of RyanFormat: 1. */
  readonly version: number | undefined;
  /** Which commit of a RyanFormat file this is. */
  readonly commit: SourceCommit | undefined;
  /** Strings for safetensors, any {@link MetadataValue} for the others. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** The type that each value has in the file. */
  readonly metadataTypes: ReadonlyMap<string, GgufType>;
  /** By name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly files: readonly SourceFile[];
  private readonly reader: TensorReader;
  private readonly inFlight = new Set<Promise<unknown>>();
  private closed = false;

  /** @internal */
  constructor(contents: SourceContents, inputs: readonly InputFile[], reader: TensorReader) {
    this.format = contents.format;
    this.version = contents.version;
    this.commit = contents.commit;
    this.metadata = contents.metadata;
    this.metadataTypes = contents.metadataTypes;
    this.tensors = contents.tensors;
    this.files = inputs.map(({ path, byteLength }, i) => ({
      path,
      byteLength,
      dataOffset: contents.dataOffsets[i] as number,
    }));
    this.reader = reader;
  }

  /** @throws FormatError `ERR_UNKNOWN_TENSOR` */
  info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info !== undefined) return info;
    throw new FormatError("ERR_UNKNOWN_TENSOR", {
      expected: `the name of one of the ${this.tensors.size} tensors`,
      found: quoted(name),
    });
  }

  /**
   * A tensor's bytes in its `dtype`, little-endian, however the file stores them. Many reads may
   * run at once.
   *
   * @returns `into`, cut to the bytes read, or a new array
   * @throws FormatError `ERR_UNKNOWN_TENSOR`, `ERR_ARGUMENT`, `ERR_TRUNCATED`, `ERR_CHUNK`, `ERR_CLOSED`;
   * the signal's reason
   */
  async read(name: string, options: ReadOptions<Uint8Array> = {}): Promise<Uint8Array> {
    const info = this.info(name);
    const span = spanOf(info, options.rows);
    const bytes = room(Uint8Array, span.byteLength, options.into, info);
    await this.reading(this.open(info).read(info, span.offset, bytes, options.signal));
    return bytes;
  }

  /**
   * A tensor's elements as float32: dequantised, or the nearest to what they are. Besides the
   * result it holds 1 MiB, or one row's block.
   *
   * @throws FormatError as {@link TensorSource.read}, and `ERR_UNSUPPORTED` for types without conversion
   */
  async readF32(name: string, options: ReadOptions<Float32Array> = {}): Promise<Float32Array> {
    const info = this.info(name);
    ensureDequantizable(info.dtype, name);
    const span = spanOf(info, options.rows);
    const values = room(Float32Array, span.elements, options.into, info);
    const reader = this.open(info);
    if (info.dtype === "F32") {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, span.byteLength);
      await this.reading(reader.read(info, span.offset, bytes, options.signal));
      return values;
    }
    const convert = async () => {
      let at = 0;
      const size = reader.pieceBytes(info, PANEL);
      for await (const chunk of piecesOf(reader, info, span, size, options.signal)) {
        at += dequantize(info.dtype, chunk, values.subarray(at)).length;
      }
    };
    await this.reading(convert());
    return values;
  }

  /** A tensor's bytes in chunks of whole blocks, each good until the next is asked for. */
  stream(name: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const info = this.info(name);
    const { chunkBytes = this.reader.pieceBytes(info, PANEL), signal, rows } = options;
    if (!(Number.isInteger(chunkBytes) && chunkBytes > 0)) {
      const expected = "a positive integer as chunkBytes";
      throw new FormatError("ERR_ARGUMENT", { tensor: name, expected, found: chunkBytes });
    }
    return this.chunks(info, spanOf(info, rows), chunkBytes, signal);
  }

  /**
   * A tensor's bytes as a read-only mapping of the file: nothing is copied, and the system reads
   * pages when they are used. Needs `@ryanstream/native-kernels`, and a tensor that is stored raw.
   *
   * @throws FormatError `ERR_NO_NATIVE`, `ERR_ALIGNMENT`, `ERR_UNSUPPORTED`, `ERR_CHUNK`, `ERR_CHANGED`,
   * `ERR_UNKNOWN_TENSOR`, `ERR_ARGUMENT`, `ERR_CLOSED`
   */
  async map(name: string, options: MapOptions = {}): Promise<MappedBuffer> {
    const { rows, alignment, verify = true } = options;
    const info = this.info(name);
    const span = spanOf(info, rows);
    return this.reading(this.open(info).map(info, span, { alignment, verify }));
  }

  /** Closes the files, after the reads in flight. Mappings stay. Idempotent. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.allSettled(this.inFlight);
    await this.reader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async *chunks(
    info: TensorInfo,
    span: Span,
    chunkBytes: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = piecesOf(this.open(info), info, span, chunkBytes, signal);
    for (;;) {
      this.open(info); // a stream ends where its source is closed
      const next = await this.reading(chunks.next());
      if (next.done) return;
      yield next.value;
    }
  }

  /** Keeps the files open until `work` has settled. */
  private async reading<T>(work: Promise<T>): Promise<T> {
    this.inFlight.add(work);
    try {
      return await work;
    } finally {
      this.inFlight.delete(work);
    }
  }

  private open(info: TensorInfo): TensorReader {
    if (this.closed) {
      const found = "a closed one";
      throw new FormatError("ERR_CLOSED", { tensor: info.name, expected: "an open source", found });
    }
    return this.reader;
  }
}

/** Bytes of a span in pieces of whole blocks, all in the same memory. */
async function* piecesOf(
  reader: TensorReader,
  info: TensorInfo,
  span: Span,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { blockBytes } = dtypes[info.dtype];
  const size = Math.max(blockBytes, chunkBytes - (chunkBytes % blockBytes));
  const buffer = new Uint8Array(Math.min(size, span.byteLength));
  for (let at = 0; at < span.byteLength; at += size) {
    const piece = buffer.subarray(0, Math.min(size, span.byteLength - at));
    await reader.read(info, span.offset + at, piece, signal);
    yield piece;
  }
}

/** `into` cut to `length`, or a new array. */
function room<T extends Uint8Array | Float32Array>(
  type: new (length: number) => T,
  length: number,
  into: T | undefined,
  { name, file }: TensorInfo,
): T {
  if (into === undefined) {
    try {
      return new type(length);
    } catch (cause) {
      throw new FormatError("ERR_LIMIT", {
        file,
        tensor: name,
        expected: "memory for the whole tensor (rows and stream() read it in parts)",
        found: `${length} elements: ${(cause as Error).message}`,
        cause,
      });
    }
  }
  if (!(into instanceof type) || into.length < length) {
    throw new FormatError("ERR_ARGUMENT", {
      file,
      tensor: name,
      expected: `a ${type.name} of at least ${length} elements as into`,
      found: into instanceof type ? into.length : typeof into,
    });
  }
  return into.subarray(0, length) as T;
}
