// Columns of a matrix taken out: the inputs of a weight that holds some of another
// weight's columns. And their adjoint.

import {
  type AdjointContext,
  defineOperation,
  emit,
  f32,
  type Operand,
  type Size,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, fixed, operand } from "./check.js";

type Sizes = { readonly k: number; readonly width: number };

/** `[rows, from]` becomes `[rows, to]`. */
function turned(
  inputs: readonly TensorType[],
  { k, width }: Sizes,
  [from, to]: readonly [number, number],
): [TensorType<"f32">] {
  expectCount(inputs, 2);
  expectAttribute(
    [k, width].every((n) => Number.isSafeInteger(n) && n >= 0 && n <= 2 ** 31),
    () => `expected sizes from 0 to 2^31, found ${k} and ${width}`,
  );
  const x = operand(inputs, 0, "x", "f32", [undefined, from]);
  const columns = operand(inputs, 1, "columns", "i32", [undefined]);
  const count = fixed(columns.shape[0], "columns");
  ensure(count <= width, "ERR_SHAPE", () => `expected at most ${width} columns, found ${count}`);
  return [f32(x.shape[0] as Size, to)];
}

const takeOperation = defineOperation<Sizes>({
  name: "take_columns",
  attributes: ["k", "width"],
  infer: (inputs, attrs) => turned(inputs, attrs, [attrs.k, attrs.width]),
  adjoint: ({ input, attrs, cotangent }: AdjointContext<Sizes>) => [
    putColumns(cotangent(0), input<"i32">(1), attrs.k),
    undefined,
  ],
  // Of x only these columns are read.
  cost: ({ inputs: [, columns], outputs: [y] }) => ({
    flops: 0,
    bytesRead: (y?.bytes ?? 0) + (columns?.bytes ?? 0),
  }),
});

const putOperation = defineOperation<Sizes>({
  name: "put_columns",
  attributes: ["k", "width"],
  infer: (inputs, attrs) => turned(inputs, attrs, [attrs.width, attrs.k]),
  adjoint: ({ input, attrs, cotangent }: AdjointContext<Sizes>) => [
    takeColumns(cotangent(0), input<"i32">(1), attrs.width),
    undefined,
  ],
  cost: () => ({ flops: 0 }),
});

/**
 * Columns of a matrix.
 *
 * @param x `f32[rows, k]`
 * @param columns `i32[s]`, ascending; a run with others fails with `ERR_VALUE`.
 * @param width `s` or more
 * @returns `f32[rows, width]`: the columns, then zeros.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 */
export function takeColumns(x: Operand<"f32">, columns: Operand<"i32">, width: number): Sym<"f32"> {
  const k = fixed(x.shape[1], "x");
  return emit(takeOperation, [x, columns], { k, width })[0] as Sym<"f32">;
}

/** Columns in their place in a matrix `f32[rows, k]` of zeros. */
export function putColumns(taken: Operand<"f32">, columns: Operand<"i32">, k: number): Sym<"f32"> {
  const width = fixed(taken.shape[1], "taken");
  return emit(putOperation, [taken, columns], { k, width })[0] as Sym<"f32">;
}
