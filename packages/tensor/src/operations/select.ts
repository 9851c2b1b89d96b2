// Softmax over the last axis, and picking from it: the best one, or the best k.

import { expectDtype, expectMinimumRank, expectRank, input } from "../check.js";
import { ensure } from "../errors.js";
import type { Size } from "../extent.js";
import { defineOperation } from "../operation.js";
import { elements } from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { reshape } from "./layout.js";

const softmaxOperation = defineOperation<{ log: boolean }>({
  name: "softmax",
  infer(inputs) {
    expectDtype("x", input(inputs, 0), "f32");
    expectMinimumRank("x", input(inputs, 0), 1);
    return [input(inputs, 0)];
  },
  adjoint: ({ output, attrs, cotangent }) =>
    emit(softmaxGrad, [output(0), cotangent(0)], attrs) as Sym<"f32">[],
  cost: ({ outputs }) => ({ flops: 4 * (outputs[0]?.elements ?? 0) }),
  attributes: ["log"],
});

const softmaxGrad = defineOperation<{ log: boolean }>({
  name: "softmax_grad",
  infer: (inputs) => [input(inputs, 0)],
  cost: ({ outputs }) => ({ flops: 4 * (outputs[0]?.elements ?? 0) }),
  attributes: ["log"],
});

/** Over the last axis. */
export function softmax(x: Operand<"f32">): Sym<"f32"> {
  return emit(softmaxOperation, [x], { log: false })[0] as Sym<"f32">;
}

/** The logarithm of softmax over the last axis, without leaving the safe range. */
export function logSoftmax(x: Operand<"f32">): Sym<"f32"> {
  return emit(softmaxOperation, [x], { log: true })[0] as Sym<"f32">;
}

const argmaxOperation = defineOperation<Record<never, never>>({
  name: "argmax",
  infer(inputs) {
    const x = input(inputs, 0);
    expectDtype("x", x, "f32");
    expectMinimumRank("x", x, 1);
    ensure(x.shape.at(-1) !== 0, "ERR_SHAPE", () => "nothing to choose from: the last axis is 0");
    return [{ dtype: "i32", shape: x.shape.slice(0, -1) }];
  },
  adjoint: "zero",
});

/** The place of the largest element of the last axis; the lowest of equals, NaN before all. */
export function argmax(x: Operand<"f32">): Sym<"i32"> {
  return emit(argmaxOperation, [x], {})[0] as Sym<"i32">;
}

const topKOperation = defineOperation<{ k: number }>({
  name: "top_k",
  infer(inputs, { k }) {
    const x = input(inputs, 0);
    expectDtype("x", x, "f32");
    expectRank("x", x, 2);
    const [rows, n] = x.shape as readonly [Size, Size];
    const least = typeof n === "number" ? n : n.evaluate((d) => d.min);
    ensure(
      Number.isInteger(k) && k >= 1 && k <= least,
      "ERR_SHAPE",
      () => `expected k from 1 to ${least}, found ${k}`,
    );
    return [
      { dtype: "f32", shape: [rows, k] },
      { dtype: "i32", shape: [rows, k] },
    ];
  },
});

/** The `k` largest elements of the last axis in descending order, equals by their place. */
export function topK(x: Operand<"f32">, k: number): { values: Sym<"f32">; indices: Sym<"i32"> } {
  const lead = x.shape.slice(0, -1);
  const flat = reshape(x, [elements(lead), x.shape.at(-1) ?? 1]);
  const [values, indices] = emit(topKOperation, [flat], { k }) as [Sym<"f32">, Sym<"i32">];
  return { values: reshape(values, [...lead, k]), indices: reshape(indices, [...lead, k]) };
}
