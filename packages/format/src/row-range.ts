// Which bytes of a tensor a range of its rows is.

import { dtypes } from "./dtype.js";
import { FormatError } from "./errors.js";
import type { TensorInfo } from "./tensor-info.js";

/** From the first row to before the last: `[first, end)`, of {@link TensorInfo.rows}. */
export type RowRange = readonly [first: number, end: number];

/** Bytes from the beginning of the tensor's data, and how many elements they hold. */
export interface Span {
  readonly offset: number;
  readonly byteLength: number;
  readonly elements: number;
}

/** @throws FormatError `ERR_ARGUMENT` for a range outside, or one that cuts a block */
export function spanOf(info: TensorInfo, rows?: RowRange): Span {
  if (rows === undefined) {
    return { offset: 0, byteLength: info.byteLength, elements: info.elements };
  }
  const [first, end] = rows;
  const fail = (expected: string): never => {
    throw new FormatError("ERR_ARGUMENT", {
      file: info.file,
      tensor: info.name,
      expected,
      found: `[${first}, ${end}]`,
    });
  };
  const integers = Number.isInteger(first) && Number.isInteger(end);
  if (!integers || first < 0 || end < first || end > info.rows) {
    fail(`rows [first, end] within [0, ${info.rows}]`);
  }
  const width = info.shape.at(-1) ?? 1;
  const { block } = dtypes[info.dtype];
  if ((first * width) % block !== 0 || (end * width) % block !== 0) {
    fail(`rows that end where blocks of ${block} do (${info.dtype} of ${width} a row)`);
  }
  return {
    offset: first * info.rowBytes,
    byteLength: (end - first) * info.rowBytes,
    elements: (end - first) * width,
  };
}
