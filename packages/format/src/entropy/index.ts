// Entropy coding of chunks: what a .ryan file stores is made and read here and nowhere else.

import type { PlaneLayout } from "./layout.js";
import { nativeCoder } from "./native.js";
import { decodedNatively } from "./native-errors.js";
import { checkChunk, decodePlanesPortable, encodePlanesPortable } from "./planes.js";

export { type ChunkJob, decodeChunks } from "./decode-chunks.js";
export { type EncodeJob, encodeChunks, encodedBound } from "./encode-chunks.js";
export { decodeGridRows, type EncodedGrid, encodeGrid, gridStoredBytes } from "./grid.js";
export type { GridCodes } from "./grid-codes.js";
export { type GridSteps, gridStep } from "./grid-step.js";
export { layoutOf, type PlaneLayout } from "./layout.js";
export { loadCoders } from "./native.js";

/**
 * Codes bytes without loss: each plane constant, raw or entropy coded, whatever is smallest.
 * The result says itself how it is laid out.
 *
 * @throws FormatError `ERR_ARGUMENT` for a layout that there isn't, or more than 2^30 bytes.
 */
export function encodePlanes(bytes: Uint8Array, layout: PlaneLayout): Uint8Array {
  checkChunk(bytes, layout);
  const { period, rotate } = layout;
  return nativeCoder()?.encodePlanes(bytes, period, rotate) ?? encodePlanesPortable(bytes, layout);
}

/**
 * Fills `into` with what `coded` was made from. Contents of `into` are undefined after an error.
 *
 * @throws FormatError `ERR_CHUNK` for bytes that are malformed or stand for another length.
 */
export function decodePlanes(coded: Uint8Array, into: Uint8Array): void {
  if (!decodedNatively({ coded, into })) decodePlanesPortable(coded, into);
}

const single: PlaneLayout = { period: 1, rotate: false };

/** Codes a string of bytes by how often each occurs: {@link encodePlanes} with one plane. */
export const encodeSymbols = (bytes: Uint8Array): Uint8Array => encodePlanes(bytes, single);

/** @throws FormatError `ERR_CHUNK` as {@link decodePlanes}. */
export const decodeSymbols = (coded: Uint8Array, into: Uint8Array): void =>
  decodePlanes(coded, into);
