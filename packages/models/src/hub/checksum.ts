// The hub names a file's content by a hash: SHA-256 for what is in Git LFS or Xet, and git's own
// blob hash (SHA-1 over a short header and the content) for the rest.

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** The hash that `etag` is, ready for the content; undefined if it's of no known kind. */
export function hashFor(etag: string, size: number): Hash | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash("sha256");
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash("sha1").update(`blob ${size}\0`);
  return undefined;
}

/** Adds the content of a file, as far as it goes. */
export async function hashFile(hash: Hash, path: string, signal?: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Uint8Array);
  }
}
