// Conversion of element type, and a wall for gradients.

import { expectDtype, input } from "../check.js";
import { type DType, isFloat } from "../dtype.js";
import { ensure } from "../errors.js";
import { defineOperation } from "../operation.js";
import type { Sym } from "../symbol.js";
import { currentTrace, emit, type Operand } from "../trace.js";

const castOperation = defineOperation<{ to: DType }>({
  name: "cast",
  infer(inputs, { to }) {
    const x = input(inputs, 0);
    expectDtype("x", x, "f32", "bf16", "f16", "i32");
    ensure(
      x.dtype === "f32" || to === "f32",
      "ERR_DTYPE",
      () => `casts go from or to f32, found ${x.dtype} to ${to}; cast twice`,
    );
    expectDtype("the result", { dtype: to, shape: x.shape }, "f32", "bf16", "f16", "i32");
    return [{ dtype: to, shape: x.shape }];
  },
  // Gradients are f32 whatever the type of the value; integers have none.
  adjoint: ({ input, attrs, cotangent }) =>
    isFloat(input<DType>(0).dtype) && isFloat(attrs.to) ? [cotangent(0)] : [undefined],
});

/** Rounds to nearest even when the new type is narrower; towards zero for integers. */
export function cast<D extends DType>(x: Operand, to: D): Sym<D> {
  if (x.dtype === to) return currentTrace().symbol(x) as Sym<D>;
  return emit(castOperation, [x], { to })[0] as Sym<D>;
}

const stopOperation = defineOperation<Record<never, never>>({
  name: "stop_gradient",
  alias: true,
  infer: (inputs) => [input(inputs, 0)],
  adjoint: "zero",
});

/** The same value, taken as a constant by `grad`. */
export function stopGradient<D extends DType>(x: Operand<D>): Sym<D> {
  return emit(stopOperation, [x], {})[0] as Sym<D>;
}
