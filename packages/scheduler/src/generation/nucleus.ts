// The likeliest candidates that have a share of the probability together: A. Holtzman,
// J. Buys, L. Du, M. Forbes, Y. Choi, "The curious case of neural text degeneration", 2019.

import { atLeast, type Candidates, total } from "./candidates.js";

/** The lightest weight that is kept, and how many of those that weigh just that. */
export interface Least {
  readonly least: number;
  readonly ties: number;
}

/** The likeliest candidates that have at least a share of the probability; of equals, the lowest ids. */
export function nucleus(all: Candidates, share: number): Candidates {
  const sum = total(all.weights);
  const enough = share * sum;
  // Tokens below this have less than what may be left out all together: no need to sort them.
  const some = atLeast(all, (sum - enough) / all.ids.length);
  const { least, ties } = leastOf(some.weights.slice().sort(), 0, enough);
  return atLeast(some, least, ties);
}

/**
 * Takes weights, the heaviest first, until they are enough together with those before.
 *
 * @param ascending  sorted
 */
export function leastOf(
  ascending: Float64Array,
  before: number,
  enough: number,
): Least & { readonly sum: number } {
  let sum = before;
  let least = Infinity;
  let ties = 0;
  for (let i = ascending.length - 1; i >= 0 && sum < enough; i--) {
    const weight = ascending[i] as number;
    ties = weight === least ? ties + 1 : 1;
    least = weight;
    sum += weight;
  }
  return { least, ties, sum };
}
