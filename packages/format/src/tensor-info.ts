// What is known of a tensor without reading it, and how its sizes follow from type and shape.

import { bitsPerWeight, type DType, dtypes } from "./dtype.js";
import type { Encoding } from "./ryan/stored-tensor.js";

export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /** Outermost dimension first, as in C and PyTorch; GGUF's own order is the reverse. `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The file that holds the data. */
  readonly file: string;
  /** From the beginning of that file. */
  readonly byteOffset: number;
  /** Of the elements, which is what reading gives. */
  readonly byteLength: number;
  /** How the file has the elements: `"raw"` in all but RyanFormat. */
  readonly encoding: Encoding;
  /** What they take in the file; `byteLength` where they are raw. */
  readonly storedBytes: number;
  /** The product of the shape. */
  readonly elements: number;
  /** The product of all dimensions but the last; 1 for vectors and scalars. */
  readonly rows: number;
  /** Bytes of one row. With F4 and F6 types it may be a fraction. */
  readonly rowBytes: number;
  /** Bits for one element, scales included. */
  readonly bitsPerWeight: number;
}

export type TensorSizes = Pick<
  TensorInfo,
  "byteLength" | "elements" | "rows" | "rowBytes" | "bitsPerWeight"
>;

const times = (a: number, b: number): number | undefined => {
  const product = a * b;
  return Number.isSafeInteger(product) ? product : undefined;
};

/** The product of dimensions that are safe integers; undefined beyond 2^53 - 1. */
export function product(shape: readonly number[]): number | undefined {
  let all: number | undefined = 1;
  for (const dimension of shape) {
    all = times(all, dimension);
    if (all === undefined) return undefined;
  }
  return all;
}

/**
 * Sizes of a tensor, or what is wrong with its shape as `[expected, found]`.
 *
 * @param rowBlocks whether a block may not reach over the end of a row, as in GGUF
 */
export function tensorSizes(
  dtype: DType,
  shape: readonly number[],
  rowBlocks: boolean,
): TensorSizes | readonly [expected: string, found: string] {
  const { block, blockBytes } = dtypes[dtype];
  const found = `[${shape.slice(0, 16).join(", ")}]`;
  const elements = product(shape);
  const byteLength = elements === undefined ? undefined : times(elements / block, blockBytes);
  const width = shape.at(-1) ?? 1;
  const blocked = rowBlocks ? width : (elements ?? 0);
  if (elements !== undefined && blocked % block !== 0) {
    const what = rowBlocks ? "a last dimension" : "a number of elements";
    return [`${what} that blocks of ${block} divide (${dtype})`, found];
  }
  if (elements === undefined || byteLength === undefined) {
    return ["a shape of fewer than 2^53 elements and bytes", found];
  }
  const rows =
    elements === 0 && width === 0 ? (product(shape.slice(0, -1)) ?? 0) : elements / width;
  const rowBytes = (width / block) * blockBytes;
  return { elements, byteLength, rows, rowBytes, bitsPerWeight: bitsPerWeight(dtype) };
}
