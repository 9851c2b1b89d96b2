// Files on disk.

import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

/** What is at a path or `file:` URL: a file, or a folder whose files are read by name. */
export async function openPlace(
  place: string,
): Promise<
  { file?: string; files?: (name: string) => Promise<Uint8Array | undefined> } | undefined
> {
  const path = place.startsWith("file:") ? fileURLToPath(place) : place;
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) return { file: path };
    return { files: (name) => readIfThere(join(path, name)) };
  } catch (error) {
    if (missing(error)) return undefined;
    throw failed(path, error);
  }
}

/** A file's bytes, or undefined if there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (missing(error)) return undefined;
    throw failed(path, error);
  }
}

export async function readWhole(
  path: string,
  { maxBytes = 512 * 2 ** 20, signal }: FetchOptions,
): Promise<Uint8Array> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw failed(path, error);
  });
  if (size > maxBytes) {
    throw new TokenizerError(
      "ERR_LIMIT",
      `expected at most ${maxBytes} bytes in ${path}, found ${size}`,
    );
  }
  signal?.throwIfAborted();
  const bytes = await readIfThere(path);
  if (!bytes) throw new TokenizerError("ERR_LOAD", `expected a file at ${path}, found none`);
  return bytes;
}

/** The first `size` bytes, and whether that is all. */
export async function readStart(
  path: string,
  size: number,
): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const file = await open(path);
  try {
    const total = (await file.stat()).size;
    const bytes = new Uint8Array(Math.min(size, total));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
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
