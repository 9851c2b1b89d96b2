// Each stage as its source defines it, in double precision over sorted lists, with nothing of the
// package's own. vLLM: vllm/v1/sample/sampler.py, vllm/v1/sample/ops/*.py and
// vllm/model_executor/layers/utils.py; llama.cpp: src/llama-sampling.cpp; both read in 2026.

import type { SamplingOptions, Stage } from "../../src/index.js";

export interface Choice {
  readonly token: number;
  readonly logit: number;
}

export interface ReferenceInput {
  readonly logits: Float32Array;
  readonly prompt: readonly number[];
  readonly generated: readonly number[];
  /** What XTC draws. */
  readonly chance: number;
}

type Apply = (choices: Choice[], options: SamplingOptions, input: ReferenceInput) => Choice[];

/** Rounding decides nothing here: sums that are just enough are. */
const JUST = 1 - 1e-10;

const descending = (choices: readonly Choice[]): Choice[] =>
  [...choices].sort((a, b) => b.logit - a.logit || a.token - b.token);

const probabilities = (choices: readonly Choice[]): number[] => {
  const most = Math.max(...choices.map(({ logit }) => logit));
  const weights = choices.map(({ logit }) => Math.exp(logit - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
};

/** With a change of each logit, which is rounded to float32 as all logits are. */
const changed = (choices: Choice[], change: (choice: Choice) => number): Choice[] =>
  choices
    .map((choice) => ({ token: choice.token, logit: Math.fround(change(choice)) }))
    .filter(({ logit }) => logit > -Infinity);

const without = (choices: Choice[], banned: ReadonlySet<number>): Choice[] =>
  choices.filter(({ token }) => !banned.has(token));

const stages: Record<Stage, Apply> = {
  logitBias: (choices, { logitBias = [] }) => {
    const biases = [...logitBias];
    return changed(choices, ({ token, logit }) =>
      biases.reduce((sum, [id, bias]) => (id === token ? sum + bias : sum), logit),
    );
  },
  allowedTokens: (choices, { allowedTokens }) => {
    const allowed = allowedTokens && new Set(allowedTokens);
    return choices.filter(({ token }) => allowed?.has(token) ?? true);
  },
  badWords: (choices, { badWords = [] }, { prompt, generated }) => {
    const all = [...prompt, ...generated];
    const words = [...badWords].filter((word) => {
      const start = word.slice(0, -1);
      return (
        start.length <= all.length && String(all.slice(all.length - start.length)) === String(start)
      );
    });
    return without(choices, new Set(words.map((word) => word.at(-1) as number)));
  },
  minTokens: (choices, { minTokens = 0, stopTokens = [] }, { generated }) =>
    generated.length < minTokens ? without(choices, new Set(stopTokens)) : choices,
  penalties: (choices, options, { prompt, generated }) => {
    const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = options;
    const isLlama = options.preset === "llama.cpp";
    const { penaltyWindow = isLlama ? 64 : Infinity, penalizePrompt = isLlama } = options;
    const all = [...prompt, ...generated];
    const seen = all.slice(Math.max(0, all.length - penaltyWindow));
    const counted = penalizePrompt ? seen : seen.slice(Math.max(0, seen.length - generated.length));
    return changed(choices, ({ token, logit }) => {
      if (!seen.includes(token)) return logit;
      const count = counted.filter((other) => other === token).length;
      const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
      return repeated - count * frequencyPenalty - (count > 0 ? presencePenalty : 0);
    });
  },
  noRepeatNgram: (choices, { noRepeatNgram: size = 0 }, { prompt, generated }) => {
    const all = [...prompt, ...generated];
    if (size === 0 || all.length + 1 < size) return choices;
    const start = String(all.slice(all.length + 1 - size));
    const banned = new Set<number>();
    for (let i = 0; i + size <= all.length; i++) {
      if (String(all.slice(i, i + size - 1)) === start) banned.add(all[i + size - 1] as number);
    }
    return without(choices, banned);
  },
  dry: (choices, options, { prompt, generated }) => {
    const {
      dryMultiplier = 0,
      dryBase = 1.75,
      dryAllowedLength = 2,
      dryWindow = Infinity,
    } = options;
    const breakers = [...(options.dryBreakers ?? [])];
    const all = [...prompt, ...generated];
    const seen = all.slice(Math.max(0, all.length - dryWindow));
    if (dryMultiplier === 0 || seen.length <= dryAllowedLength) return choices;
    // Tokens after the last breaker: of those that begin at the same place, after the longest.
    let limit = seen.length;
    for (let at = seen.length - 1; at >= 0 && limit === seen.length; at--) {
      const found = breakers.filter((b) => String(seen.slice(at, at + b.length)) === String(b));
      if (found.length > 0) limit = seen.length - at - Math.max(...found.map((b) => b.length));
    }
    if (limit < dryAllowedLength) return choices;
    return changed(choices, ({ token, logit }) => {
      if (breakers.some((b) => b.length === 1 && b[0] === token)) return logit;
      let longest = 0;
      for (let at = 0; at < seen.length; at++) {
        if (seen[at] !== token) continue;
        let length = 0;
        while (length < at && seen[at - 1 - length] === seen[seen.length - 1 - length]) length++;
        longest = Math.max(longest, Math.min(length, limit));
      }
      if (longest < dryAllowedLength) return logit;
      return logit - dryMultiplier * dryBase ** (longest - dryAllowedLength);
    });
  },
  temperature: (choices, { temperature = 1 }) =>
    choices.map(({ token, logit }) => ({ token, logit: logit / temperature })),
  topNSigma: (choices, { topNSigma: n = 0 }) => {
    if (n === 0) return choices;
    const mean = choices.reduce((sum, { logit }) => sum + logit, 0) / choices.length;
    const variance =
      choices.reduce((sum, { logit }) => sum + (logit - mean) ** 2, 0) / choices.length;
    const most = Math.max(...choices.map(({ logit }) => logit));
    return choices.filter(({ logit }) => logit >= most - n * Math.sqrt(variance) - 1e-9);
  },
  topK: (choices, { topK = 0 }) => (topK === 0 ? choices : descending(choices).slice(0, topK)),
  topP: (choices, { topP = 1 }) => {
    if (topP === 1) return choices;
    const sorted = descending(choices);
    const weights = probabilities(sorted);
    let sum = 0;
    return sorted.filter((_, i) => {
      const isWanted = sum < topP * JUST;
      sum += weights[i] as number;
      return isWanted;
    });
  },
  minP: (choices, { minP = 0 }) => {
    const most = Math.max(...probabilities(choices));
    return choices.filter((_, i) => (probabilities(choices)[i] as number) >= minP * most * JUST);
  },
  typicalP: (choices, { typicalP = 1 }) => {
    if (typicalP === 1) return choices;
    const all = probabilities(choices);
    const entropy = all.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
    const rated = choices.map((choice, i) => {
      const p = all[i] as number;
      return { choice, p, far: Math.abs(-Math.log(p) - entropy) };
    });
    rated.sort((a, b) => a.far - b.far);
    let sum = 0;
    const last = rated.findIndex(({ p }) => {
      sum += p;
      return sum >= typicalP * JUST;
    });
    const bound = rated.at(last)?.far as number;
    return rated.filter(({ far }) => far <= bound + 1e-9).map(({ choice }) => choice);
  },
  epsilonCutoff: (choices, { epsilonCutoff = 0 }) => {
    const all = probabilities(choices);
    const most = Math.max(...all);
    return choices.filter((_, i) => all[i] === most || (all[i] as number) >= epsilonCutoff * JUST);
  },
  etaCutoff: (choices, { etaCutoff: epsilon = 0 }, input) => {
    const entropy = probabilities(choices).reduce((h, p) => h - (p > 0 ? p * Math.log(p) : 0), 0);
    const eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy));
    return stages.epsilonCutoff(choices, { epsilonCutoff: eta }, input);
  },
  xtc: (choices, { xtcProbability = 0, xtcThreshold = 0.1 }, { chance }) => {
    if (chance >= xtcProbability) return choices;
    const sorted = descending(choices);
    const all = probabilities(sorted);
    const count = all.filter((p) => p >= xtcThreshold * JUST).length;
    return count < 2 ? choices : sorted.slice(count - 1);
  },
};

/** What each token's probability is after all stages. */
export function reference(
  order: readonly Stage[],
  options: SamplingOptions,
  input: ReferenceInput,
): Map<number, number> {
  const all = Array.from(input.logits, (logit, token) => ({ token, logit }));
  let choices = all.filter(({ logit }) => logit > -Infinity);
  for (const stage of order) choices = stages[stage](choices, options, input);
  const found = probabilities(choices);
  return new Map(choices.map(({ token }, i) => [token, found[i] as number]));
}
