// AdamW, whose step over a parameter is one fused operation of the kernels.

import { type AdamWOptions, adamw as fused } from "@ryanstream/kernels";
import type { Parameter } from "@ryanstream/tensor";
import type { Optimizer } from "./optimizer.js";

export type { AdamWOptions };

/**
 * AdamW: decoupled decay, bias correction; 8 bytes of state a parameter.
 *
 * @throws TensorError ERR_ATTRIBUTE, when traced
 * @see Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv 1711.05101, algorithm 2.
 *
 * @example
 * const optimizer = adamw(parameters, { betas: [0.9, 0.95], weightDecay: 0.1 });
 */
export function adamw(
  parameters: readonly Parameter<"f32">[],
  options: AdamWOptions = {},
): Optimizer {
  const { step, moments, update, dispose } = fused(parameters, options);
  const states = [step, ...moments.flatMap(({ first, second }) => [first, second])];
  return { parameters, states, update, dispose, [Symbol.dispose]: dispose };
}
