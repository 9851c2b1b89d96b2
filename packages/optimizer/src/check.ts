// What is asked of arguments before anything is traced or allocated.

import { TensorError, type TensorErrorCode } from "@ryanstream/tensor";

export function ensure(
  condition: boolean,
  code: TensorErrorCode,
  message: () => string,
): asserts condition {
  if (!condition) throw new TensorError(code, message());
}

/** A finite number within bounds. */
export function within(
  name: string,
  value: number,
  {
    min = -Infinity,
    max = Infinity,
    below = Infinity,
  }: { min?: number; max?: number; below?: number },
): number {
  const right = Number.isFinite(value) && value >= min && value <= max && value < below;
  const bounds = [
    ...(min > -Infinity ? [`at least ${min}`] : []),
    ...(max < Infinity ? [`at most ${max}`] : []),
    ...(below < Infinity ? [`below ${below}`] : []),
  ];
  const expected = ["a finite number", ...bounds].join(", ");
  ensure(right, "ERR_ATTRIBUTE", () => `${name}: expected ${expected}, found ${value}`);
  return value;
}

export function wholeNumber(name: string, value: number, min: number): number {
  ensure(
    Number.isSafeInteger(value) && value >= min,
    "ERR_ATTRIBUTE",
    () => `${name}: expected a whole number, at least ${min}, found ${value}`,
  );
  return value;
}
