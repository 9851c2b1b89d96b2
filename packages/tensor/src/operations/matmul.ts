// The matrix product of two matrices, or of equally shaped stacks of them.

import { expectDtype, expectMinimumRank, input } from "../check.js";
import { ensure } from "../errors.js";
import type { Size } from "../extent.js";
import { defineOperation } from "../operation.js";
import { elements, sameShape, sameSize } from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { describeType } from "../type.js";
import { cast } from "./cast.js";
import { reshape } from "./layout.js";

interface MatmulAttributes extends Record<string, boolean> {
  transA: boolean;
  transB: boolean;
}

const matmulOperation = defineOperation<MatmulAttributes>({
  name: "matmul",
  infer(inputs, { transA, transB }) {
    const a = input(inputs, 0);
    const b = input(inputs, 1);
    expectDtype("a", a, "f32");
    expectDtype("b", b, "f32", "bf16", "f16");
    expectMinimumRank("a", a, 2);
    const [aRows, aColumns] = a.shape.slice(-2) as [Size, Size];
    const [bRows, bColumns] = b.shape.slice(-2) as [Size, Size];
    const inner = transA ? aRows : aColumns;
    const other = transB ? bColumns : bRows;
    const batch = a.shape.slice(0, -2);
    ensure(
      a.shape.length === b.shape.length &&
        sameShape(batch, b.shape.slice(0, -2)) &&
        sameSize(inner, other),
      "ERR_SHAPE",
      () =>
        `can't multiply ${describeType(a)}${transA ? " transposed" : ""} by ` +
        `${describeType(b)}${transB ? " transposed" : ""}`,
    );
    const rows = transA ? aColumns : aRows;
    return [{ dtype: "f32", shape: [...batch, rows, transB ? bRows : bColumns] }];
  },
  adjoint({ input, attrs, needed, cotangent }) {
    const [a, b] = [input(0), input(1)];
    const { transA, transB } = attrs;
    const dy = cotangent(0);
    const da = () =>
      transA
        ? matmul(cast(b, "f32"), dy, { transA: transB, transB: true })
        : matmul(dy, b, { transB: !transB });
    const db = () =>
      transB ? matmul(dy, a, { transA: true, transB: transA }) : matmul(a, dy, { transA: !transA });
    return [needed[0] ? da() : undefined, needed[1] ? db() : undefined];
  },
  cost({ inputs, outputs, attrs }) {
    const inner = inputs[0]?.shape.at(attrs.transA ? -2 : -1) ?? 0;
    return { flops: 2 * inner * (outputs[0]?.elements ?? 0) };
  },
  attributes: ["transA", "transB"],
});

export interface MatmulOptions {
  /** `a` is held transposed. Default: false. */
  transA?: boolean;
  /** `b` is held transposed. Default: false. */
  transB?: boolean;
}

/**
 * `a @ b`. A stack of matrices times one matrix is a single product of more rows;
 * two stacks need the same leading sizes.
 */
export function matmul(
  a: Operand<"f32">,
  b: Operand<"f32" | "bf16" | "f16">,
  { transA = false, transB = false }: MatmulOptions = {},
): Sym<"f32"> {
  if (b.shape.length === 2 && a.shape.length > 2 && !transA) {
    const lead = a.shape.slice(0, -1);
    const flat = reshape(a, [elements(lead), a.shape.at(-1) as Size]);
    const y = matmul(flat, b, { transB });
    return reshape(y, [...lead, y.shape[1] as Size]);
  }
  return emit(matmulOperation, [a, b], { transA, transB })[0] as Sym<"f32">;
}
