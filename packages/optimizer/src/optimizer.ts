// What every optimizer is: parameters, what it remembers of them, and one step as a part of a
// program that is being traced.

import type { Operand, Parameter, State, Sym } from "@ryanstream/tensor";
import { ensure } from "./check.js";

/** A number, which becomes part of the program, or `f32[1]`. */
export type LearningRate = number | Operand<"f32">;

export interface Optimizer {
  readonly parameters: readonly Parameter<"f32">[];
  /** All that a run needs to go on where another one ended, in a fixed order; names are unique. */
  readonly states: readonly State[];
  /**
   * One step, inside a program.
   *
   * @param gradients  one for each parameter, in order, of its shape.
   * @returns the new parameters, in order.
   * @throws TensorError ERR_INPUT for a wrong number of gradients, ERR_SHAPE for a wrong shape.
   */
  update(gradients: readonly Operand<"f32">[], learningRate: LearningRate): Sym<"f32">[];
  /** Frees the states; parameters are the caller's. Idempotent. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** @throws TensorError ERR_INPUT */
export function expectGradients(
  what: string,
  parameters: readonly unknown[],
  gradients: readonly unknown[],
): void {
  ensure(
    gradients.length === parameters.length,
    "ERR_INPUT",
    () => `${what}: expected ${parameters.length} gradients, found ${gradients.length}`,
  );
}
