// The type of a value: what its elements are and how they are laid out.

import { arrayConstructor, bytesPerElement, type DType } from "./dtype.js";
import { ensure } from "./errors.js";
import type { Shape, SizeLike } from "./extent.js";
import { atMaximum, describeShape, evaluateElements, sameShape, shape } from "./shape.js";

export interface TensorType<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
}

/** A declared type, as `program` and `parameter` take it. */
export type Spec<D extends DType = DType> = TensorType<D>;

export const maxRank = 8;

export function tensorType<D extends DType>(dtype: D, sizes: readonly SizeLike[]): TensorType<D> {
  ensure(
    sizes.length <= maxRank,
    "ERR_SHAPE",
    () => `expected a rank of ${maxRank} at most, found ${sizes.length}`,
  );
  return Object.freeze({ dtype, shape: shape(sizes) });
}

export const f32 = (...sizes: SizeLike[]): Spec<"f32"> => tensorType("f32", sizes);
/** The upper half of an f32. Its bits travel in a `Uint16Array`: 0x3f80 is 1; `cast` gives numbers. */
export const bf16 = (...sizes: SizeLike[]): Spec<"bf16"> => tensorType("bf16", sizes);
/** IEEE 754 half precision. Its bits travel in a `Uint16Array`: 0x3c00 is 1; `cast` gives numbers. */
export const f16 = (...sizes: SizeLike[]): Spec<"f16"> => tensorType("f16", sizes);
export const i32 = (...sizes: SizeLike[]): Spec<"i32"> => tensorType("i32", sizes);
export const u8 = (...sizes: SizeLike[]): Spec<"u8"> => tensorType("u8", sizes);
export const i8 = (...sizes: SizeLike[]): Spec<"i8"> => tensorType("i8", sizes);

/** `f32[rows,64]` */
export function describeType(type: TensorType): string {
  return type.dtype + describeShape(type.shape);
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** Bytes with every dim at its maximum. */
export function maximumBytes(type: TensorType): number {
  return evaluateElements(type.shape, atMaximum) * bytesPerElement(type.dtype);
}

export function arrayName(dtype: DType): string {
  return arrayConstructor(dtype).name;
}
