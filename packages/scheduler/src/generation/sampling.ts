// One token from a row of logits, by a random number that the caller gives.

import { describe, integer } from "../check.js";
import { ensure, SchedulerError } from "../errors.js";
import { largest } from "./largest.js";

/** Filters are applied in the order of their names here, each to what the one before left. */
export interface SamplingOptions {
  /** Divides the logits. 0, the default, is greedy: the largest logit, and of equals the lowest id. */
  readonly temperature?: number;
  /** Keeps the `topK` likeliest tokens, of equals the lowest ids. Default 0: all. */
  readonly topK?: number;
  /** Keeps the likeliest tokens until they have at least this share of the probability. Default 1: all. */
  readonly topP?: number;
  /** Keeps tokens at least this many times as likely as the likeliest. Default 0: all. */
  readonly minP?: number;
}

/** @throws SchedulerError ERR_ARGUMENT for an option out of range. */
export function checkSampling(options: SamplingOptions): Required<SamplingOptions> {
  const { temperature = 0, topK = 0, topP = 1, minP = 0 } = options;
  const within = (right: boolean, name: string, range: string, found: unknown) =>
    ensure(right, "ERR_ARGUMENT", () => `${name}: expected ${range}, found ${describe(found)}`);
  within(temperature >= 0 && temperature < Infinity, "temperature", "0 or more", temperature);
  integer(topK, "topK", 0, 2 ** 31 - 1);
  within(topP > 0 && topP <= 1, "topP", "above 0 and up to 1", topP);
  within(minP >= 0 && minP <= 1, "minP", "from 0 to 1", minP);
  return { temperature, topK, topP, minP };
}

/**
 * Draws a token. Weights and sums are in double precision.
 *
 * @param logits  of one row; `-Infinity` never is drawn.
 * @param random  in [0, 1); not used when greedy.
 * @throws SchedulerError ERR_ARGUMENT; ERR_LOGITS if one is NaN or +Infinity, or all are -Infinity.
 */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  random: number,
): number {
  const { temperature, topK, topP, minP } = checkSampling(options);
  ensure(
    random >= 0 && random < 1,
    "ERR_ARGUMENT",
    () => `random: expected a number in [0, 1), found ${describe(random)}`,
  );
  const best = likeliest(logits);
  if (temperature === 0) return best;
  const most = logits[best] as number;
  const ids = topK > 0 && topK < logits.length ? largest(logits, topK) : allIds(logits.length);
  const weights = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    weights[i] = Math.exp(((logits[ids[i] as number] as number) - most) / temperature);
  }
  let kept: Candidates = { ids, weights };
  if (topP < 1) kept = nucleus(kept, topP);
  if (minP > 0) kept = atLeast(kept, minP); // the likeliest weighs 1
  return draw(kept, random);
}

/**
 * The natural logarithm of a token's probability, without temperature or filters.
 *
 * @throws SchedulerError ERR_ARGUMENT for an id that `logits` lacks; ERR_LOGITS as {@link sampleToken}.
 */
export function logProbability(logits: Float32Array, token: number): number {
  integer(token, "token", 0, logits.length - 1);
  const most = logits[likeliest(logits)] as number;
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp((logits[id] as number) - most);
  return (logits[token] as number) - most - Math.log(sum);
}

/** The id of the largest logit, of equals the lowest. */
function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (!(logit < Infinity)) {
      const message = `logits[${id}]: expected a number below Infinity, found ${logit}`;
      throw new SchedulerError("ERR_LOGITS", message);
    }
    if (logit > (logits[best] as number)) best = id;
  }
  ensure(
    (logits[best] ?? -Infinity) > -Infinity,
    "ERR_LOGITS",
    () => `logits: expected a token that is possible, found ${logits.length} times -Infinity`,
  );
  return best;
}

interface Candidates {
  readonly ids: Int32Array;
  readonly weights: Float64Array;
}

function allIds(count: number): Int32Array {
  const ids = new Int32Array(count);
  for (let id = 0; id < count; id++) ids[id] = id;
  return ids;
}

// Indices rather than iterators below: vocabularies are large, and these run for each token.

function total(weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] as number;
  return sum;
}

/** Candidates that weigh at least `least`; of those that weigh just that, only the first `ties`. */
function atLeast({ ids, weights }: Candidates, least: number, ties = Infinity): Candidates {
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

/** The likeliest candidates that have at least a share of the probability. */
function nucleus(all: Candidates, share: number): Candidates {
  const sum = total(all.weights);
  const enough = share * sum;
  // Tokens below this have less than what may be left out all together: no need to sort them.
  const some = atLeast(all, (sum - enough) / all.ids.length);
  const ascending = some.weights.slice().sort();
  let least = Infinity;
  let ties = 0;
  for (let i = ascending.length - 1, kept = 0; i >= 0 && kept < enough; i--) {
    const weight = ascending[i] as number;
    ties = weight === least ? ties + 1 : 1;
    least = weight;
    kept += weight;
  }
  return atLeast(some, least, ties);
}

function draw({ ids, weights }: Candidates, random: number): number {
  const target = random * total(weights);
  let sum = 0;
  let last = 0;
  for (let i = 0; i < ids.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    sum += weight;
    if (sum > target) return ids[i] as number;
    last = i; // where rounding leaves a remainder
  }
  return ids[last] as number;
}
