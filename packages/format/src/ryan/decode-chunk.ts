// A stored chunk back into the bytes of its elements.

import { type ChunkJob, decodeChunks, decodeGridRows, decodePlanes } from "../entropy/index.js";
import { quantize } from "../quantization/quantize.js";
import type { TensorInfo } from "../tensor-info.js";

/** From here on another thread's work is worth the way there. */
const LARGE = 128 << 10;

/** @throws FormatError `ERR_CHUNK` for anything that doesn't decode to exactly `into` */
export async function decodeChunk(
  info: TensorInfo,
  coded: Uint8Array,
  head: Uint8Array | undefined,
  into: Uint8Array,
): Promise<void> {
  if (head === undefined) {
    if (into.length < LARGE) decodePlanes(coded, into);
    else await decodeChunks([{ coded, into }]);
    return;
  }
  const { dtype, rowBytes, shape } = info;
  const rows = into.length / rowBytes;
  const isPlain = dtype === "F32" && into.byteOffset % 4 === 0;
  const values = isPlain
    ? new Float32Array(into.buffer, into.byteOffset, into.length / 4)
    : new Float32Array(rows * (shape[1] as number));
  await decodeGrid({ head, coded, rows, into: values });
  if (!isPlain) into.set(quantize(dtype, values));
}

async function decodeGrid(job: Extract<ChunkJob, { readonly head: unknown }>): Promise<void> {
  const { head, coded, rows, into } = job;
  if (into.byteLength < LARGE) decodeGridRows(head, coded, rows, into);
  else await decodeChunks([job]);
}
