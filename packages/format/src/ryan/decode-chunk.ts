// A stored chunk back into the bytes of its elements.

import { type ChunkJob, decodeChunks, decodeGridRows, decodePlanes } from "../entropy/index.js";
import { quantize } from "../quantization/quantize.js";
import type { TensorInfo } from "../tensor-info.js";

/** From here on another thread's work is worth the way there. */
const LARGE = 128 << 10;

/**
 * Decodes into memory of its own: threads write to it, and a caller's might be transferred or made smaller meanwhile.
 *
 * @param byteLength of the chunk's elements
 * @throws FormatError `ERR_CHUNK` for anything that doesn't decode to exactly so many bytes
 */
export async function decodeChunk(
  info: TensorInfo,
  coded: Uint8Array,
  head: Uint8Array | undefined,
  byteLength: number,
): Promise<Uint8Array> {
  if (head === undefined) {
    const into = new Uint8Array(byteLength);
    if (byteLength < LARGE) decodePlanes(coded, into);
    else await decodeChunks([{ coded, into }]);
    return into;
  }
  const { dtype, rowBytes, shape } = info;
  const rows = byteLength / rowBytes;
  const into = new Float32Array(rows * (shape[1] as number));
  await decodeGrid({ head, coded, rows, into });
  return dtype === "F32" ? new Uint8Array(into.buffer) : quantize(dtype, into);
}

async function decodeGrid(job: Extract<ChunkJob, { readonly head: unknown }>): Promise<void> {
  const { head, coded, rows, into } = job;
  if (into.byteLength < LARGE) decodeGridRows(head, coded, rows, into);
  else await decodeChunks([job]);
}
