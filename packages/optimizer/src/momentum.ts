// How long a memory of gradients suits a run.

import { wholeNumber } from "./check.js";

/**
 * The momentum that suits matrices in a run of so many steps: 0.95 from 2,500 on, less in shorter ones, which can't afford
 * to remember as many. Half of it is forgotten over a share of the run that falls with the root of its length: a measured rule,
 * for Muon as for Ryan-Optimizer (LOG.md has figures).
 *
 * @throws TensorError ERR_ATTRIBUTE unless `steps` is a whole number of at least 1
 *
 * @example
 * momentumFor(160); // 0.80
 * momentumFor(10_000); // 0.95
 */
export function momentumFor(steps: number): number {
  const forgotten = 2.5 / Math.sqrt(wholeNumber("steps", steps, 1));
  return 1 - Math.min(0.5, Math.max(0.05, forgotten));
}
