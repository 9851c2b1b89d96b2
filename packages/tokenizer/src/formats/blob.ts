// Files that needn't be read whole: a GGUF file may be far larger than memory, and its
// vocabulary is at the beginning.

import { ensure } from "../errors.js";
import { GgufTruncated, readGgufMetadata } from "./gguf-reader.js";
import { detect, type LoadOptions } from "./resolve.js";

/** The beginning of a GGUF file, as much of it as its metadata needs. */
export async function ggufStart(
  read: (size: number) => Promise<{ bytes: Uint8Array; whole: boolean }>,
): Promise<Uint8Array> {
  for (let size = 1 << 24; ; size *= 4) {
    const { bytes, whole } = await read(size);
    try {
      readGgufMetadata(bytes, () => false);
      return bytes;
    } catch (error) {
      if (!(error instanceof GgufTruncated) || whole || size >= 1 << 30) throw error;
    }
  }
}

/** A blob's bytes, or as many as are needed. */
export async function readBlob(
  blob: Blob,
  { maxBytes = 2 ** 29, signal }: LoadOptions,
): Promise<Uint8Array> {
  const start = async (size: number) => {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(await blob.slice(0, size).arrayBuffer());
    signal?.throwIfAborted();
    return { bytes, whole: size >= blob.size };
  };
  const { bytes } = await start(4);
  if (detect(bytes) === "gguf") return ggufStart(start);
  ensure(
    blob.size <= maxBytes,
    "ERR_LIMIT",
    () => `expected a blob of at most ${maxBytes} bytes, found ${blob.size}`,
  );
  return (await start(blob.size)).bytes;
}
