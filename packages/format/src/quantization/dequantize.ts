import { type DType, dtypes, isDType } from "../dtype.js";
import { FormatError } from "../errors.js";
import { q4_0, q4_1, q5_0, q5_1, q8_0 } from "./blocks-32.js";
import { q2_k, q3_k, q4_k, q5_k, q6_k } from "./blocks-256.js";
import { iq4_nl, iq4_xs, mxfp4 } from "./blocks-lookup.js";
import type { Kernel } from "./kernel.js";
import { plainKernels } from "./plain.js";

const kernels: Partial<Record<DType, Kernel>> = {
  ...plainKernels,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
  IQ4_NL: iq4_nl,
  IQ4_XS: iq4_xs,
  MXFP4: mxfp4,
};

/** The types that become float32 here. */
export const dequantizable: readonly DType[] = Object.keys(kernels) as DType[];

/** Refuses a type that can't become float32; for callers that read first. */
export function ensureDequantizable(dtype: DType, tensor?: string): void {
  if (kernels[dtype] !== undefined) return;
  throw new FormatError("ERR_UNSUPPORTED", {
    tensor,
    expected: `a type that can become float32: ${dequantizable.join(", ")}`,
    found: dtype,
  });
}

/**
 * Elements of any type as float32: quantised ones bit for bit as the `gguf` Python package
 * dequantises them, others as the nearest float32. Only the payload of a NaN that a NaN scale
 * makes may differ.
 *
 * @param bytes whole blocks, little-endian
 * @param into where to write; at least as long as there are elements
 * @returns `into`, cut to the number of elements, or a new array
 * @throws FormatError `ERR_UNSUPPORTED` for a type without conversion, `ERR_ARGUMENT` for lengths
 * that don't fit
 *
 * @example
 * const values = dequantize("Q8_0", bytes); // 34 bytes become 32 values
 */
export function dequantize(dtype: DType, bytes: Uint8Array, into?: Float32Array): Float32Array {
  if (!isDType(dtype)) {
    throw new FormatError("ERR_ARGUMENT", { expected: "a type of `dtypes`", found: dtype });
  }
  ensureDequantizable(dtype);
  if (!(bytes instanceof Uint8Array)) {
    throw new FormatError("ERR_ARGUMENT", { expected: "a Uint8Array", found: typeof bytes });
  }
  const { block, blockBytes } = dtypes[dtype];
  const length = (bytes.length / blockBytes) * block;
  if (bytes.length % blockBytes !== 0) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `a multiple of ${blockBytes} bytes (${dtype})`,
      found: bytes.length,
    });
  }
  if (into !== undefined && into.length < length) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `room for ${length} values`,
      found: into.length,
    });
  }
  const out = into?.subarray(0, length) ?? new Float32Array(length);
  (kernels[dtype] as Kernel)(bytes, out);
  return out;
}
