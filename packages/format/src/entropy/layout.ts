// How a type's bytes are split into planes: bytes that lie at the same place of an element have
// a distribution of their own, and a float's exponent is the only part that compresses much.

import { type DType, dtypes } from "../dtype.js";

/** Byte i of the elements belongs to plane i mod `period`. */
export interface PlaneLayout {
  /** From 1 to {@link MAX_PERIOD}. */
  readonly period: number;
  /**
   * Elements are little-endian floats of `period` bytes (2, 4 or 8), rotated left by one bit
   * first: the sign moves to the lowest bit, and the top byte holds exponent bits only.
   */
  readonly rotate: boolean;
}

export const MAX_PERIOD = 512;

const floats: readonly DType[] = ["F16", "BF16", "F32", "F64"];

/** The layout that suits a type: elements for plain types, blocks for quantised ones. */
export function layoutOf(dtype: DType): PlaneLayout {
  if (dtype === "C64") return { period: 4, rotate: true };
  return { period: dtypes[dtype].blockBytes, rotate: floats.includes(dtype) };
}

export const isLayout = ({ period, rotate }: PlaneLayout): boolean =>
  Number.isInteger(period) &&
  period >= 1 &&
  period <= MAX_PERIOD &&
  (!rotate || period === 2 || period === 4 || period === 8);
