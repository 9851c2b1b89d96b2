// Choice by element: what a branch over symbols would be.

import { expectDtype, input } from "../check.js";
import { defineOperation } from "../operation.js";
import { broadcast } from "../shape.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { full } from "./fill.js";
import { sumTo } from "./reduce.js";

const whereOperation = defineOperation<Record<never, never>>({
  name: "where",
  broadcasts: true,
  infer(inputs) {
    for (const [i, what] of ["condition", "a", "b"].entries()) {
      expectDtype(what, input(inputs, i), "f32");
    }
    const sides = broadcast(input(inputs, 1).shape, input(inputs, 2).shape);
    return [{ dtype: "f32", shape: broadcast(input(inputs, 0).shape, sides) }];
  },
  adjoint({ input, needed, cotangent }) {
    const [condition, a, b] = [input(0), input(1), input(2)];
    const dy = cotangent(0);
    return [
      undefined,
      needed[1] ? sumTo(where(condition, dy, 0), a.shape) : undefined,
      needed[2] ? sumTo(where(condition, 0, dy), b.shape) : undefined,
    ];
  },
});

/** `a` where `condition` is not 0, else `b`; all three broadcast. */
export function where(
  condition: Operand<"f32">,
  a: Operand<"f32"> | number,
  b: Operand<"f32"> | number,
): Sym<"f32"> {
  const side = (x: Operand<"f32"> | number) => (typeof x === "number" ? full([], x) : x);
  return emit(whereOperation, [condition, side(a), side(b)], {})[0] as Sym<"f32">;
}
