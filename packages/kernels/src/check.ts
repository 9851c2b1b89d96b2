// What the operations' infer functions ask of their inputs. A program may come
// from JSON as well as from the functions here, so nothing is taken for granted.

import {
  type DType,
  describeType,
  type Size,
  sameSize,
  TensorError,
  type TensorErrorCode,
  type TensorType,
} from "@ryanstream/tensor";

/** Throws a `TensorError` unless `condition` holds; the message is built only then. */
export function ensure(
  condition: boolean,
  code: TensorErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new TensorError(code, message());
}

/** A size that an axis must have; undefined where any will do. */
export type ExpectedShape = readonly (Size | undefined)[];

/**
 * The input at `index`, once its dtype, rank and sizes are as expected.
 *
 * @param shape left out where any shape will do.
 */
export function operand(
  inputs: readonly TensorType[],
  index: number,
  what: string,
  dtypes: DType | readonly DType[],
  shape?: ExpectedShape,
): TensorType {
  const type = inputs[index];
  if (type === undefined) {
    throw new TensorError("ERR_INPUT", `input ${index} (${what}) is missing`);
  }
  const allowed = typeof dtypes === "string" ? [dtypes] : dtypes;
  ensure(
    allowed.includes(type.dtype),
    "ERR_DTYPE",
    () => `${what}: expected ${allowed.join(" or ")}, found ${describeType(type)}`,
  );
  const fits =
    shape === undefined ||
    (shape.length === type.shape.length &&
      shape.every((size, i) => size === undefined || sameSize(size, type.shape[i] as Size)));
  ensure(
    fits,
    "ERR_SHAPE",
    () =>
      `${what}: expected [${shape?.map((size) => size ?? "any").join(",")}], found ${describeType(type)}`,
  );
  return type;
}

/** Refuses inputs beyond those that an operation reads. */
export function expectCount(inputs: readonly unknown[], count: number): void {
  ensure(
    inputs.length === count,
    "ERR_INPUT",
    () => `expected ${count} inputs, found ${inputs.length}`,
  );
}

/** The last axis, which must be there. */
export function width(type: TensorType, what: string): Size {
  const last = type.shape.at(-1);
  if (last === undefined) {
    throw new TensorError("ERR_SHAPE", `${what}: expected at least one axis, found a scalar`);
  }
  return last;
}

/** A size that must be a plain number, because memory or a kernel is laid out by it. */
export function fixed(size: Size | undefined, what: string): number {
  if (typeof size !== "number") {
    throw new TensorError("ERR_SHAPE", `${what} must be a fixed number, found ${size}`);
  }
  return size;
}

export function expectAttribute(condition: boolean, message: () => string): void {
  ensure(condition, "ERR_ATTRIBUTE", message);
}

/** `1e-5`-like constants that stabilise a division. */
export function expectEpsilon(eps: number): void {
  expectAttribute(Number.isFinite(eps) && eps >= 0, () => `expected eps >= 0, found ${eps}`);
}
