// silu(gate) * up in one pass, and its gradient in one pass (Shazeer 2020).

import { defineOperation, emit, type Operand, type Sym } from "@ryanstream/tensor";
import { expectCount, operand } from "./check.js";

const swigluGrad = defineOperation({
  name: "swiglu_grad",
  infer(inputs) {
    expectCount(inputs, 3);
    const gate = operand(inputs, 0, "gate", "f32");
    operand(inputs, 1, "up", "f32", gate.shape);
    operand(inputs, 2, "dy", "f32", gate.shape);
    return [gate, gate];
  },
  cost: ({ inputs: [gate] }) => ({ flops: 10 * (gate?.elements ?? 0) }),
});

const swigluOperation = defineOperation({
  name: "swiglu",
  infer(inputs) {
    expectCount(inputs, 2);
    const gate = operand(inputs, 0, "gate", "f32");
    operand(inputs, 1, "up", "f32", gate.shape);
    return [gate];
  },
  adjoint: ({ input, cotangent }) =>
    emit(swigluGrad, [input(0), input(1), cotangent(0)], {}) as Sym<"f32">[],
  cost: ({ inputs: [gate] }) => ({ flops: 5 * (gate?.elements ?? 0) }),
});

/**
 * `silu(gate) * up`, element by element.
 *
 * @param gate `f32[...]`
 * @param up `f32[...]`, of the same shape
 * @returns `f32[...]`
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 * @see Shazeer, "GLU Variants Improve Transformer", 2020, arXiv 2002.05202, equation 5.
 *
 * @example
 * const h = swiglu(linear(x, weights.gate), linear(x, weights.up));
 */
export function swiglu(gate: Operand<"f32">, up: Operand<"f32">): Sym<"f32"> {
  return emit(swigluOperation, [gate, up], {})[0] as Sym<"f32">;
}
