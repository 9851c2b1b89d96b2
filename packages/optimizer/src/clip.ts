// Gradients as one vector, whose length is bounded.

import {
  add,
  div,
  minimum,
  mul,
  type Operand,
  type Sym,
  sqrt,
  square,
  sum,
} from "@ryanstream/tensor";
import { ensure, within } from "./check.js";

export interface ClippedGradients {
  readonly gradients: Sym<"f32">[];
  /** Of all gradients before they were clipped: `f32[]`. */
  readonly norm: Sym<"f32">;
}

/**
 * The length of all gradients as one vector, inside a program.
 *
 * @throws TensorError ERR_INPUT if there are none
 */
export function globalNorm(gradients: readonly Operand<"f32">[]): Sym<"f32"> {
  ensure(gradients.length > 0, "ERR_INPUT", () => "globalNorm: expected gradients, found none");
  return sqrt(gradients.map((g) => sum(square(g))).reduce((all, one) => add(all, one)));
}

/**
 * Scales all gradients by one factor, so that their length as one vector is at most `maxNorm`, inside a program. NaN
 * anywhere makes all of them NaN.
 *
 * @throws TensorError ERR_INPUT, ERR_ATTRIBUTE
 * @see Pascanu et al., "On the difficulty of training recurrent neural networks", 2013, algorithm 1
 *
 * @example
 * const { gradients, norm } = clipByGlobalNorm(grad(loss, parameters), 1);
 * optimizer.update(gradients, rate);
 */
export function clipByGlobalNorm(
  gradients: readonly Operand<"f32">[],
  maxNorm: number,
): ClippedGradients {
  within("maxNorm", maxNorm, { min: 0 });
  const norm = globalNorm(gradients);
  // As PyTorch: a hair less than maxNorm rather than a division by zero.
  const factor = minimum(div(maxNorm, add(norm, 1e-6)), 1);
  return { gradients: gradients.map((g) => mul(g, factor)), norm };
}
