// The obvious way: softmax and a sort of all tokens, then the filters from the likeliest down.

import type { SamplingOptions } from "@ryanstream/sampler";

export function sortedSample(
  logits: Float32Array,
  history: readonly number[],
  options: SamplingOptions,
  random: number,
): number {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
  const changed = Float64Array.from(logits);
  for (const token of new Set(history)) {
    const logit = changed[token] as number;
    changed[token] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
  }
  const most = changed.reduce((a, b) => Math.max(a, b), -Infinity);
  let kept = Array.from(changed, (logit, token) => ({
    token,
    weight: Math.exp((logit - most) / temperature),
  }));
  kept.sort((a, b) => b.weight - a.weight || a.token - b.token);
  if (minP > 0) kept = kept.filter(({ weight }) => weight >= minP);
  if (topK > 0) kept = kept.slice(0, topK);
  const total = () => kept.reduce((sum, { weight }) => sum + weight, 0);
  if (topP < 1) {
    const enough = topP * total();
    let sum = 0;
    kept = kept.filter(({ weight }) => {
      const isWanted = sum < enough;
      sum += weight;
      return isWanted;
    });
  }
  const target = random * total();
  let sum = 0;
  for (const { token, weight } of kept) {
    sum += weight;
    if (sum > target) return token;
  }
  return kept.at(-1)?.token ?? -1;
}
