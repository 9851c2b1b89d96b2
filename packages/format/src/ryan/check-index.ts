// Whether an index can be true: sizes follow from shapes, and no two chunks share a byte.

import { dtypes } from "../dtype.js";
import { FormatError } from "../errors.js";
import { type TensorInfo, tensorSizes } from "../tensor-info.js";
import {
  chunkAlignment,
  HEADER_BYTES,
  MAX_CHUNK_BYTES,
  MAX_HEAD_BYTES,
  MAX_NAME_BYTES,
  maxStoredBytes,
  PAGE,
} from "./layout.js";
import {
  type StoredChunk,
  type StoredIndex,
  type StoredTensor,
  storedBytesOf,
} from "./stored-tensor.js";

interface Place extends StoredChunk {
  readonly tensor: string | undefined;
  readonly chunk: number | "head" | undefined;
}

/**
 * The tensors of an index as a source has them.
 *
 * @param end where the index begins: all chunks lie before it
 * @throws FormatError `ERR_TENSOR`
 */
export function checkIndex(index: StoredIndex, path: string, end: number): Map<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  const places: Place[] = [];
  const add = (chunk: StoredChunk, tensor?: string, number?: number | "head") => {
    places.push({ ...chunk, tensor, chunk: number });
  };
  if (index.metadata !== undefined) add(index.metadata);
  for (const stored of index.tensors.values()) {
    tensors.set(stored.name, tensorInfo(stored, path));
    if (stored.head !== undefined) add(stored.head, stored.name, "head");
    for (const [i, chunk] of stored.chunks.entries()) add(chunk, stored.name, i);
  }
  checkPlaces(places, path, end);
  return tensors;
}

/** Elements' bytes of chunk `i`. */
export const chunkLength = (byteLength: number, chunkBytes: number, i: number): number =>
  Math.min(chunkBytes, byteLength - i * chunkBytes);

function tensorInfo(stored: StoredTensor, path: string): TensorInfo {
  const { name, dtype, shape, encoding, chunkBytes, head, chunks } = stored;
  const fail = (expected: string, found: unknown, chunk?: number | "head"): never => {
    throw new FormatError("ERR_TENSOR", { file: path, tensor: name, chunk, expected, found });
  };
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    fail(`a name of at most ${MAX_NAME_BYTES} bytes`, "more");
  // A block of ggml's types lies within a row.
  const sizes = tensorSizes(dtype, shape, !dtypes[dtype].safetensors);
  if ("length" in sizes) return fail(...sizes);
  const { byteLength, rowBytes } = sizes;
  const count = byteLength === 0 ? 0 : Math.ceil(byteLength / chunkBytes);
  if (byteLength > 0 && !(chunkBytes >= 1 && chunkBytes <= MAX_CHUNK_BYTES)) {
    fail(`chunks of 1 to ${MAX_CHUNK_BYTES} bytes`, chunkBytes);
  }
  if (byteLength === 0 && chunkBytes !== 0) fail("no size of chunks without elements", chunkBytes);
  if (chunks.length !== count) {
    fail(`${count} chunks for ${byteLength} bytes`, chunks.length);
  }
  if (encoding === "grid") {
    const isMatrix = shape.length === 2 && ["F32", "F16", "BF16"].includes(dtype);
    if (!isMatrix) fail("a matrix of F32, F16 or BF16 as a grid", `${dtype} [${shape.join(", ")}]`);
    if (chunkBytes % rowBytes !== 0) fail(`chunks of whole rows of ${rowBytes} bytes`, chunkBytes);
  }
  if ((head !== undefined) !== (encoding === "grid" && count > 0)) {
    fail("a head where there is a grid, and only there", encoding);
  }
  if (head !== undefined && head.byteLength > MAX_HEAD_BYTES) {
    fail(`at most ${MAX_HEAD_BYTES} bytes`, head.byteLength, "head");
  }
  if (encoding === "raw" && count > 1 && chunkBytes % PAGE !== 0) {
    fail(`raw chunks of a multiple of ${PAGE} bytes`, chunkBytes);
  }
  const first = chunks[0]?.offset ?? HEADER_BYTES;
  for (const [i, chunk] of chunks.entries()) {
    const length = chunkLength(byteLength, chunkBytes, i);
    if (encoding !== "raw") {
      const most = maxStoredBytes(length);
      if (chunk.byteLength > most) fail(`at most ${most} bytes`, chunk.byteLength, i);
    } else if (chunk.byteLength !== length || chunk.offset !== first + i * chunkBytes) {
      const found = `${chunk.byteLength} at byte ${chunk.offset}`;
      fail(`raw bytes one after the other, ${length} at byte ${first + i * chunkBytes}`, found, i);
    }
  }
  const storedBytes = storedBytesOf(stored);
  return { name, dtype, shape, file: path, byteOffset: first, encoding, storedBytes, ...sizes };
}

function checkPlaces(places: Place[], file: string, end: number): void {
  places.sort((a, b) => a.offset - b.offset);
  let free = HEADER_BYTES;
  let before: Place | undefined;
  for (const place of places) {
    const { offset, byteLength, tensor, chunk } = place;
    const fail = (expected: string, found: unknown): never => {
      throw new FormatError("ERR_TENSOR", { file, tensor, chunk, offset, expected, found });
    };
    const alignment = chunkAlignment(byteLength);
    if (byteLength === 0) fail("at least one stored byte", 0);
    if (offset % alignment !== 0) fail(`an offset that is a multiple of ${alignment}`, offset);
    if (offset < free) {
      const what = before === undefined ? "the header" : "the chunk before it";
      fail(`an offset from ${free} on, where ${what} ends`, offset);
    }
    free = offset + byteLength;
    before = place;
    if (!(free <= end)) fail(`an end at byte ${end} or before, where the index is`, free);
  }
}
