// Small fixed tables that are part of a program. Their content is hashed with it
// and travels with its JSON, so it is limited; larger data belongs in a parameter.

import { createHash } from "node:crypto";
import {
  type ArrayLikeOfDType,
  bytesPerElement,
  carries,
  type DType,
  describeArray,
  dtypes,
} from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Shape } from "./extent.js";
import { describeType, type TensorType, tensorType } from "./type.js";

export const maxConstantBytes = 1 << 20;

export class Constant<D extends DType = DType> implements TensorType<D> {
  readonly dtype: D;
  readonly shape: Shape;
  /** @internal */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;

  constructor(type: TensorType<D>, bytes: Uint8Array<ArrayBuffer>) {
    const length = type.shape.reduce<number>((n, s) => n * (s as number), 1);
    ensure(
      bytes.byteLength === length * bytesPerElement(type.dtype),
      "ERR_SHAPE",
      () =>
        `a constant ${describeType(type)} has ${length} elements, found ${bytes.byteLength / bytesPerElement(type.dtype)}`,
    );
    ensure(
      bytes.byteLength <= maxConstantBytes,
      "ERR_CONSTANT_SIZE",
      () =>
        `a constant may have ${maxConstantBytes} bytes, found ${bytes.byteLength}; use parameter() or an input`,
    );
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.bytes = bytes;
    this.sha256 = createHash("sha256").update(bytes).digest("hex");
  }
}

/**
 * A value that is part of the program. The array is copied.
 *
 * @param dtype needed for a `Uint16Array`, which may hold `"bf16"` or `"f16"`.
 */
export function constant(values: Float32Array, shape?: readonly number[]): Constant<"f32">;
export function constant(values: Int32Array, shape?: readonly number[]): Constant<"i32">;
export function constant<D extends DType>(
  values: ArrayLikeOfDType[D],
  shape: readonly number[],
  dtype: D,
): Constant<D>;
export function constant(
  values: ArrayLikeOfDType[DType],
  shape: readonly number[] = [values.length],
  dtype?: DType,
): Constant {
  const candidates = dtypes.filter((d) => carries(d, values));
  const chosen = dtype ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (chosen === undefined || !candidates.includes(chosen)) {
    throw new TensorError(
      "ERR_DTYPE",
      `a ${describeArray(values)} can't be a constant ${dtype ?? "(name the dtype)"}`,
    );
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  return new Constant(tensorType(chosen, shape), bytes as Uint8Array<ArrayBuffer>);
}
