// Tokens that may still be drawn, each with its weight.

export interface Candidates {
  /** Ascending. */
  readonly ids: Int32Array;
  /** `exp((logit - largest logit) / temperature)`. */
  readonly weights: Float64Array;
}

// Indices rather than iterators: vocabularies are large, and these run for each token.

/** The candidates with these ids; without, all. */
export function weigh(
  logits: Float32Array,
  most: number,
  temperature: number,
  ids = allIds(logits.length),
): Candidates {
  const weights = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    weights[i] = Math.exp(((logits[ids[i] as number] as number) - most) / temperature);
  }
  return { ids, weights };
}

function allIds(count: number): Int32Array {
  const ids = new Int32Array(count);
  for (let id = 0; id < count; id++) ids[id] = id;
  return ids;
}

export function total(weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] as number;
  return sum;
}

/** Candidates that weigh at least `least`; of those that weigh just that, only the first `ties`. */
export function atLeast({ ids, weights }: Candidates, least: number, ties = Infinity): Candidates {
  const kept = { ids: new Int32Array(ids.length), weights: new Float64Array(ids.length) };
  let count = 0;
  let left = ties;
  for (let i = 0; i < ids.length; i++) {
    const weight = weights[i] as number;
    if (weight < least || (weight === least && left-- <= 0)) continue;
    kept.ids[count] = ids[i] as number;
    kept.weights[count++] = weight;
  }
  return { ids: kept.ids.subarray(0, count), weights: kept.weights.subarray(0, count) };
}
