// Metadata as one chunk: a count, then keys with types and values exactly as in a GGUF header.

import { FormatError } from "../errors.js";
import { ByteWriter } from "../gguf/byte-writer.js";
import { HeaderWindow, NeedMore } from "../gguf/header-window.js";
import { LEAST_ENTRY_BYTES, Metadata } from "../gguf/metadata-entry.js";
import { type MetadataInput, writeEntry } from "../gguf/write-metadata.js";
import { InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";

/** Empty without entries. @throws FormatError `ERR_METADATA` */
export function metadataBytes(entries: ReadonlyMap<string, MetadataInput>): Uint8Array {
  if (entries.size === 0) return new Uint8Array(0);
  const out = new ByteWriter();
  out.u64(entries.size);
  for (const [key, value] of entries) writeEntry(out, key, value);
  return out.finish();
}

/** @throws FormatError `ERR_METADATA`, `ERR_HEADER`, `ERR_LIMIT`, `ERR_TRUNCATED` */
export async function parseMetadata(
  bytes: Uint8Array,
  path: string,
  limits: Limits,
): Promise<Metadata> {
  const fail = (code: "ERR_LIMIT" | "ERR_METADATA", expected: string, found: unknown): never => {
    throw new FormatError(code, { file: path, expected, found });
  };
  const window = new HeaderWindow(inMemory(path, bytes), limits.maxHeaderBytes);
  await window.grow(bytes.length);
  const metadata = new Metadata();
  try {
    const count = window.u64("a number of keys");
    if (count > limits.maxMetadata) fail("ERR_LIMIT", `at most ${limits.maxMetadata} keys`, count);
    if (count === 0 || count * LEAST_ENTRY_BYTES > bytes.length) {
      fail("ERR_METADATA", `keys that fill ${bytes.length} bytes`, count);
    }
    while (metadata.values.size < count) metadata.read(window, limits);
  } catch (thrown) {
    if (!(thrown instanceof NeedMore)) throw thrown;
    fail("ERR_METADATA", `metadata of ${bytes.length} bytes`, "more");
  }
  const left = bytes.length - window.at;
  if (left > 0) fail("ERR_METADATA", "the end of the metadata", `${left} more bytes`);
  return metadata;
}

const inMemory = (path: string, bytes: Uint8Array): InputFile =>
  InputFile.foreign(path, {
    byteLength: bytes.length,
    async read(into, offset, length, position) {
      into.set(bytes.subarray(position, position + length), offset);
      return { bytesRead: Math.min(length, bytes.length - position) };
    },
    async close() {},
  });
