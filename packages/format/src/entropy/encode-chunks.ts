import { FormatError } from "../errors.js";
import type { PlaneLayout } from "./layout.js";
import { loadCoders, nativeCoder } from "./native.js";
import { checkChunk, encodePlanesPortable } from "./planes.js";

/** A chunk with room for its coded form. */
export interface EncodeJob {
  readonly bytes: Uint8Array;
  readonly layout: PlaneLayout;
  /** At least {@link encodedBound} bytes. */
  readonly into: Uint8Array;
}

/** Room that the coded form of a chunk surely fits in. */
export const encodedBound = (length: number, { period }: PlaneLayout): number =>
  length + Math.ceil(length / 64) + 8 * period + 64;

/**
 * Codes several chunks as `encodePlanes` does, on threads where the native coders are installed;
 * the event loop stays free then. Until the promise settles the arrays must neither be written nor
 * transferred.
 *
 * @returns for each job the part of its `into` that holds the coded bytes.
 * @throws FormatError `ERR_ARGUMENT` as `encodePlanes`, and for too little room.
 */
export async function encodeChunks(jobs: readonly EncodeJob[]): Promise<Uint8Array[]> {
  for (const { bytes, layout, into } of jobs) {
    checkChunk(bytes, layout);
    const least = encodedBound(bytes.length, layout);
    if (into.length < least) {
      const expected = `room for ${least} bytes`;
      throw new FormatError("ERR_ARGUMENT", { expected, found: into.length });
    }
  }
  await loadCoders();
  const coder = nativeCoder();
  if (coder !== undefined) {
    const sizes = await coder.encodeChunks(
      jobs.map(({ bytes, layout, into }) => ({ bytes, ...layout, into })),
    );
    return jobs.map(({ into }, i) => into.subarray(0, sizes[i]));
  }
  const coded: Uint8Array[] = [];
  for (const { bytes, layout, into } of jobs) {
    // One macrotask a chunk, so that other work has its turn.
    await new Promise((resolve) => setImmediate(resolve));
    const own = encodePlanesPortable(bytes, layout);
    into.set(own);
    coded.push(into.subarray(0, own.length));
  }
  return coded;
}
