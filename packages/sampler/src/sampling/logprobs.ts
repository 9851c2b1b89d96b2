// Logarithms of probabilities.

import type { Candidates } from "./candidates/candidates.js";

export interface TokenLogprob {
  readonly token: number;
  /** ln of its probability. */
  readonly logprob: number;
}

/**
 * The likeliest candidates, of equals the lowest ids first. Only they are left.
 *
 * @param total  ln of the sum of all weights.
 */
export function topLogprobs(candidates: Candidates, count: number, total: number): TokenLogprob[] {
  if (count === 0) return [];
  candidates.keepLargest(count);
  const { temperature } = candidates;
  const { ids, values, count: left } = candidates.list();
  const top = Array.from({ length: left }, (_, i) => ({
    token: ids[i] as number,
    logprob: (values[i] as number) / temperature - total,
  }));
  return top.sort((a, b) => b.logprob - a.logprob || a.token - b.token);
}
