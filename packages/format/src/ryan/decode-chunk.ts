// A stored chunk back into the bytes of its elements.

import { decodeGridRows, decodePlanes } from "../entropy/index.js";
import { quantize } from "../quantization/quantize.js";
import type { TensorInfo } from "../tensor-info.js";

/** @throws FormatError `ERR_CHUNK` for anything that doesn't decode to exactly `into` */
export function decodeChunk(
  info: TensorInfo,
  coded: Uint8Array,
  head: Uint8Array | undefined,
  into: Uint8Array,
): void {
  if (head === undefined) decodePlanes(coded, into);
  else decodeGrid(info, coded, head, into);
}

function decodeGrid(
  { dtype, rowBytes, shape }: TensorInfo,
  coded: Uint8Array,
  head: Uint8Array,
  into: Uint8Array,
): void {
  const rows = into.length / rowBytes;
  const isPlain = dtype === "F32" && into.byteOffset % 4 === 0;
  const values = isPlain
    ? new Float32Array(into.buffer, into.byteOffset, into.length / 4)
    : new Float32Array(rows * (shape[1] as number));
  decodeGridRows(head, coded, rows, values);
  if (!isPlain) into.set(quantize(dtype, values));
}
