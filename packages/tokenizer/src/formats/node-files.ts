// Files on disk.

import { open, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TokenizerError } from "../errors.js";
import type { FetchOptions } from "./hub.js";

const missing = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
};

const failed = (path: string, cause: unknown): TokenizerError => {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TokenizerError("ERR_LOAD", `expected to read ${path}: ${why}`, { cause });
};

/** Reads the files beside a file by name. */
export const beside = (path: string, options: FetchOptions) => (name: string) =>
  readIfThere(join(dirname(path), name), options);

/** What is at a path or `file:` URL: a file, or a folder whose files are read by name. */
export async function openPlace(
  place: string,
  options: FetchOptions,
): Promise<
  { file?: string; files?: (name: string) => Promise<Uint8Array | undefined> } | undefined
> {
  const path = place.startsWith("file:") ? fileURLToPath(place) : place;
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) return { file: path };
    return { files: (name) => readIfThere(join(path, name), options) };
  } catch (error) {
    if (missing(error)) return undefined;
    throw failed(path, error);
  }
}

/** A file's bytes, or undefined if there is none. */
export async function readIfThere(
  path: string,
  { maxBytes = 512 * 2 ** 20, signal }: FetchOptions = {},
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `expected at most ${maxBytes} bytes in ${path}, found ${size}`,
      );
    }
    return new Uint8Array(await readFile(path, { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    if (missing(error)) return undefined;
    throw error instanceof TokenizerError ? error : failed(path, error);
  }
}

export async function readWhole(path: string, options: FetchOptions): Promise<Uint8Array> {
  const bytes = await readIfThere(path, options);
  if (!bytes) throw new TokenizerError("ERR_LOAD", `expected a file at ${path}, found none`);
  return bytes;
}

/** The first `size` bytes, and whether that is all. */
export async function readStart(
  path: string,
  size: number,
  { signal }: FetchOptions = {},
): Promise<{ bytes: Uint8Array; whole: boolean }> {
  signal?.throwIfAborted();
  const file = await open(path).catch((error: unknown) => {
    throw failed(path, error);
  });
  try {
    const total = (await file.stat()).size;
    const bytes = new Uint8Array(Math.min(size, total));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
      signal?.throwIfAborted();
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return { bytes: bytes.subarray(0, at), whole: size >= total };
  } finally {
    await file.close();
  }
}

export async function startsWith(path: string, text: string): Promise<boolean> {
  const { bytes } = await readStart(path, text.length);
  return String.fromCharCode(...bytes) === text;
}
