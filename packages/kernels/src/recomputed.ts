// The adjoint of an operation that stands for a composition and keeps nothing of
// it: the composition is written again, from the operation's inputs, and that is
// differentiated. It costs the forward a second time, and no memory between.

import {
  type AdjointContext,
  add,
  grad,
  type InputGradients,
  mul,
  type Sym,
  stopGradient,
  sum,
} from "@ryanstream/tensor";

/**
 * @param compose gives the operation's outputs from its inputs by other operations.
 */
export function recomputedGradients(
  { inputs, needed, cotangents }: Pick<AdjointContext, "inputs" | "needed" | "cotangents">,
  compose: (inputs: readonly Sym[]) => readonly Sym<"f32">[],
): InputGradients {
  // Copies, because an input may also lead to another input, whose part is not asked for here.
  const copies = inputs.map((x) => (x.dtype === "f32" ? stopGradient(x) : x));
  const along = compose(copies).flatMap((y, i) => {
    const cotangent = cotangents[i];
    return cotangent === undefined ? [] : [sum(mul(y, stopGradient(cotangent)))];
  });
  const wanted = copies.filter((_, i) => needed[i]);
  const gradients = grad(
    along.reduce((a, b) => add(a, b)),
    wanted,
    { unconnected: "zeros" },
  );
  return needed.map((n) => (n ? gradients.shift() : undefined));
}
