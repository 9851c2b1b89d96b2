// Filters beyond top-k, top-p and min-p, which `Candidates` has itself: one function each.

import type { Candidates } from "../candidates/candidates.js";

/**
 * Keeps tokens whose logits are within `n` standard deviations of the largest. C. Tang, J. Liu, H. Xu, L. Huang,
 * "Top-nσ: not all logits are you need", 2024.
 */
export function topNSigma(candidates: Candidates, n: number): void {
  const values = candidates.row ?? candidates.list().values;
  const count = candidates.row === undefined ? candidates.list().count : candidates.size;
  const most = candidates.largest();
  let sum = 0;
  let squares = 0;
  let possible = 0;
  for (let i = 0; i < count; i++) {
    const below = most - (values[i] as number);
    if (below === Infinity) continue;
    sum += below;
    squares += below * below;
    possible++;
  }
  const mean = sum / possible;
  const deviation = Math.sqrt(Math.max(0, squares / possible - mean * mean));
  if (possible > 0) candidates.keepWithin((n * deviation) / candidates.temperature);
}

/**
 * Keeps tokens at least as likely as `epsilon`, and the likeliest. J. Hewitt, C. D. Manning, P. Liang, "Truncation sampling
 * as language model desmoothing", 2022.
 */
export function epsilonCutoff(candidates: Candidates, epsilon: number): void {
  const likeliest = candidates.largest() / candidates.temperature - candidates.logTotal();
  candidates.keepWithin(Math.max(0, likeliest - Math.log(epsilon)));
}

/** As {@link epsilonCutoff} with a bound that falls with the entropy; from the same paper. */
export function etaCutoff(candidates: Candidates, epsilon: number): void {
  candidates.list();
  const uncertainty = entropy(candidates, candidates.weigh());
  const bound = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-uncertainty));
  epsilonCutoff(candidates, bound);
}

/**
 * Keeps tokens whose surprise is nearest to the entropy, until they have this share of the probability, and all that are as
 * near as the last. C. Meister, T. Pimentel, G. Wiher, R. Cotterell, "Locally typical sampling", 2022.
 */
export function typical(candidates: Candidates, share: number): void {
  const { count, values, keys } = candidates.list();
  const total = candidates.weigh();
  const { temperature } = candidates;
  const most = candidates.largest();
  // The same for all tokens, so that it needn't be in their surprise.
  const expected = entropy(candidates, total) - Math.log(total);
  for (let i = 0; i < count; i++) {
    keys[i] = -Math.abs((most - (values[i] as number)) / temperature - expected);
  }
  candidates.keepByKeys(share * total);
}

/**
 * Takes away all tokens at least as likely as `threshold` but the least likely of them: "exclude top choices", P. E. Weidmann,
 * 2024. Of equals the highest id stays.
 */
export function excludeTopChoices(candidates: Candidates, threshold: number): void {
  const bound = (Math.log(threshold) + candidates.logTotal()) * candidates.temperature;
  candidates.dropAllButLeastFrom(bound);
}

/** In nats, of a list whose weights have the sum `total`. */
function entropy(candidates: Candidates, total: number): number {
  const { count, values, weights } = candidates.list();
  const { temperature } = candidates;
  const most = candidates.largest();
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += ((weights[i] as number) * (most - (values[i] as number))) / temperature;
  }
  return Math.log(total) + sum / total;
}
