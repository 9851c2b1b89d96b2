// What `infer` functions ask of their inputs. Messages name the input, what was
// expected and what was found; emit() adds the operation and its scope.

import type { DType } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Size } from "./extent.js";
import { describeShape, sameShape, sameSize } from "./shape.js";
import { describeType, type TensorType } from "./type.js";

export function expectDtype(what: string, type: TensorType, ...allowed: DType[]): void {
  ensure(
    allowed.includes(type.dtype),
    "ERR_DTYPE",
    () => `expected ${what} of ${allowed.join(" or ")}, found ${describeType(type)}`,
  );
}

export function expectRank(what: string, type: TensorType, rank: number): void {
  ensure(
    type.shape.length === rank,
    "ERR_SHAPE",
    () => `expected ${what} of rank ${rank}, found ${describeType(type)}`,
  );
}

export function expectMinimumRank(what: string, type: TensorType, rank: number): void {
  ensure(
    type.shape.length >= rank,
    "ERR_SHAPE",
    () => `expected ${what} of rank ${rank} or more, found ${describeType(type)}`,
  );
}

/** A negative axis counts from the end. */
export function expectSize(what: string, type: TensorType, axis: number, expected: Size): void {
  const found = type.shape.at(axis);
  ensure(
    found !== undefined && sameSize(found, expected),
    "ERR_SHAPE",
    () => `expected ${what} with ${expected} at axis ${axis}, found ${describeType(type)}`,
  );
}

export function expectSameShape(a: string, x: TensorType, b: string, y: TensorType): void {
  ensure(
    sameShape(x.shape, y.shape),
    "ERR_SHAPE",
    () =>
      `expected ${a} and ${b} of the same shape, found ${describeShape(x.shape)} and ${describeShape(y.shape)}`,
  );
}

/** Input `i`, which the operation can't do without. */
export function input(inputs: readonly TensorType[], i: number): TensorType {
  const type = inputs[i];
  if (type === undefined) {
    throw new TensorError("ERR_INPUT", `expected an input ${i}, found ${inputs.length} inputs`);
  }
  return type;
}
