// Documents from Parquet files, by the optional package hyparquet: a row group at a time.

import { type FileHandle, open } from "node:fs/promises";
import * as zlib from "node:zlib";
import { describe, integer, text } from "../check.js";
import { ensure, PipelineError } from "../errors.js";
import { readExactly } from "../shards/read-exactly.js";
import type { TextDocument } from "./text-document.js";

export interface ReadParquetOptions {
  /** The column with a document's text. Default `"text"`. */
  readonly text?: string;
  /** The column with its prompt. Default: documents have none. */
  readonly prompt?: string;
  /** Of a row group, which is held in memory, as its file gives them. Default 1 GiB. */
  readonly maxGroupBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * The documents of a Parquet file. Columns may be compressed by Snappy, gzip, Brotli or,
 * where Node.js has it (22.15 and later), Zstandard.
 *
 * @throws PipelineError `ERR_DEPENDENCY` without hyparquet; `ERR_FORMAT` or `ERR_LIMIT`,
 *   with file and row.
 */
export async function* readParquet(
  path: string,
  options: ReadParquetOptions = {},
): AsyncGenerator<TextDocument, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const textColumn = text(options.text ?? "text", "text");
  const promptColumn = options.prompt === undefined ? undefined : text(options.prompt, "prompt");
  const columns = promptColumn === undefined ? [textColumn] : [textColumn, promptColumn];
  const most = integer(options.maxGroupBytes ?? 2 ** 30, "maxGroupBytes", 1, 2 ** 40);
  const parquet = await library();
  const handle = await open(text(path, "path"), "r");
  try {
    const file = await asyncBuffer(handle, path);
    const metadata = await reading(path, () => parquet.parquetMetadataAsync(file));
    const names = parquet.parquetSchema(metadata).children.map(({ element }) => element.name);
    for (const column of columns) {
      ensure(
        names.includes(column),
        "ERR_FORMAT",
        () => `${path}: expected a column ${describe(column)}, found ${names.join(", ")}`,
      );
    }
    let row = 0;
    for (const [group, { num_rows, total_byte_size }] of metadata.row_groups.entries()) {
      signal?.throwIfAborted();
      ensure(
        total_byte_size <= most,
        "ERR_LIMIT",
        () =>
          `${path}: row group ${group}: expected at most ${most} bytes, found ${total_byte_size}`,
      );
      const range = { rowStart: row, rowEnd: row + Number(num_rows) };
      const found = await reading(path, () =>
        parquet.parquetReadObjects({ file, metadata, columns, compressors, ...range }),
      );
      ensure(
        BigInt(found.length) === BigInt(num_rows),
        "ERR_FORMAT",
        () => `${path}: row group ${group}: expected ${num_rows} rows, found ${found.length}`,
      );
      for (const values of found) {
        signal?.throwIfAborted();
        const cell = (column: string) =>
          textOf(values[column], () => `${path}: row ${row}, column ${describe(column)}`);
        const document = { text: cell(textColumn) };
        yield promptColumn === undefined ? document : { ...document, prompt: cell(promptColumn) };
        row++;
      }
    }
  } finally {
    await handle.close();
  }
}

async function library() {
  try {
    return await import("hyparquet");
  } catch (cause) {
    const message = "reading Parquet files needs the package hyparquet: npm install hyparquet";
    throw new PipelineError("ERR_DEPENDENCY", message, { cause });
  }
}

async function asyncBuffer(handle: FileHandle, path: string) {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      ensure(
        Number.isInteger(start) &&
          Number.isInteger(end) &&
          start >= 0 &&
          start <= end &&
          end <= size,
        "ERR_FORMAT",
        () => `${path}: expected bytes within 0 to ${size}, found ${start} to ${end}`,
      );
      return (await readExactly(handle, path, start, end - start)).buffer as ArrayBuffer;
    },
  };
}

/** What the library throws as an error that names the file. */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError("ERR_FORMAT", `${path}: expected a Parquet file, found: ${reason}`, {
      cause,
    });
  }
}

function textOf(value: unknown, where: () => string): string {
  if (typeof value === "string") return value;
  throw new PipelineError("ERR_FORMAT", `${where()}: expected a string, found ${describe(value)}`);
}

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** A page never becomes longer than its header says. */
const within = (decompress: Decompress) => (bytes: Uint8Array, length: number) =>
  decompress(bytes, { maxOutputLength: Math.max(1, length) });

const zstd = (zlib as { zstdDecompressSync?: Decompress }).zstdDecompressSync;
const compressors = {
  GZIP: within(zlib.gunzipSync),
  BROTLI: within(zlib.brotliDecompressSync),
  ...(zstd === undefined ? {} : { ZSTD: within(zstd) }),
};
