// What becomes of a character that no token stands for.

import type { TokenBytes } from "./token-trie.js";

export interface Unknown {
  /** By byte: the id of `<0x..>`, or -1; absent when there is no byte fallback. */
  readonly byteIds?: Int32Array | undefined;
  /** The unknown token, or -1: then such characters leave nothing. */
  readonly id: number;
  /** Neighbouring unknown tokens of one piece become one. */
  readonly fuse: boolean;
}

/** Finds the tokens `<0x00>` to `<0xFF>`. */
export function byteTokens({ bytes, starts, ends }: TokenBytes, size: number): Int32Array {
  const ids = new Int32Array(256).fill(-1);
  const decoder = new TextDecoder();
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    if ((ends[id] as number) - start !== 6 || bytes[start] !== 0x3c) continue;
    const hex = /^<0x([0-9A-F]{2})>$/.exec(decoder.decode(bytes.subarray(start, start + 6)))?.[1];
    if (hex !== undefined) ids[Number.parseInt(hex, 16)] = id;
  }
  return ids;
}

/**
 * Writes what the character `buffer[p..end)` becomes to `out` at `on`.
 *
 * @param before  whether the token before it, of the same piece, is an unknown token too.
 * @returns the end of what was written.
 */
export function writeUnknown(
  { byteIds, id, fuse }: Unknown,
  buffer: Uint8Array,
  p: number,
  end: number,
  out: Int32Array,
  on: number,
  before: boolean,
): number {
  if (byteIds !== undefined) {
    let at = on;
    for (let q = p; q < end; q++) {
      const byteId = byteIds[buffer[q] as number] as number;
      if (byteId < 0) break;
      out[at++] = byteId;
    }
    if (at - on === end - p) return at;
  }
  if (id < 0 || (before && fuse)) return on;
  out[on] = id;
  return on + 1;
}
