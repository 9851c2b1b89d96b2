// Columns of a matrix that are multiplied apart: taken out of the rest, and put back.

import {
  defineOperation,
  emit,
  f32,
  type Operand,
  type Size,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, operand } from "./check.js";

type WidthAttribute = { readonly width: number };

function expectRoom(columns: TensorType, width: Size): void {
  const count = columns.shape[0];
  ensure(
    typeof count === "number" && typeof width === "number" && count <= width,
    "ERR_SHAPE",
    () => `columns: expected at most ${width}, found ${count}`,
  );
}

const splitOperation = defineOperation<WidthAttribute>({
  name: "split_columns",
  attributes: ["width"],
  infer(inputs, { width }) {
    expectCount(inputs, 2);
    expectAttribute(
      Number.isSafeInteger(width) && width >= 0 && width <= 2 ** 31,
      () => `expected a width from 0 to 2^31, found ${width}`,
    );
    const x = operand(inputs, 0, "x", "f32", [undefined, undefined]);
    expectRoom(operand(inputs, 1, "columns", "i32", [undefined]), width);
    return [x, f32(x.shape[0] as Size, width)];
  },
  adjoint: ({ input, cotangent }) => [
    mergeColumns({ rest: cotangent(0), taken: cotangent(1) }, input<"i32">(1)),
    undefined,
  ],
  cost: () => ({ flops: 0 }),
});

const mergeOperation = defineOperation({
  name: "merge_columns",
  infer(inputs) {
    expectCount(inputs, 3);
    const rest = operand(inputs, 0, "rest", "f32", [undefined, undefined]);
    const taken = operand(inputs, 1, "taken", "f32", [rest.shape[0], undefined]);
    expectRoom(operand(inputs, 2, "columns", "i32", [undefined]), taken.shape[1] as Size);
    return [rest];
  },
  adjoint({ input, cotangent }) {
    const width = input(1).shape[1] as number;
    const { rest, taken } = splitColumns(cotangent(0), input<"i32">(2), width);
    return [rest, taken, undefined];
  },
  cost: () => ({ flops: 0 }),
});

export interface SplitColumns {
  /** `f32[rows, k]`: zeros where columns were taken. */
  readonly rest: Sym<"f32">;
  /** `f32[rows, width]`: the columns, then zeros. */
  readonly taken: Sym<"f32">;
}

/**
 * Takes columns out of a matrix.
 *
 * @param x `f32[rows, k]`
 * @param columns `i32[s]`, ascending; a run with others fails with `ERR_VALUE`.
 * @param width `s` or more
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 */
export function splitColumns(
  x: Operand<"f32">,
  columns: Operand<"i32">,
  width: number,
): SplitColumns {
  const [rest, taken] = emit(splitOperation, [x, columns], { width }) as [Sym<"f32">, Sym<"f32">];
  return { rest, taken };
}

/** Puts columns that {@link splitColumns} took in their place again: `f32[rows, k]`. */
export function mergeColumns(
  { rest, taken }: { readonly rest: Operand<"f32">; readonly taken: Operand<"f32"> },
  columns: Operand<"i32">,
): Sym<"f32"> {
  return emit(mergeOperation, [rest, taken, columns], {})[0] as Sym<"f32">;
}
