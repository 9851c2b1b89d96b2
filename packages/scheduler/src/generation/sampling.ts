// One token from a row of logits, by a random number that the caller gives.

import { describe, integer } from "../check.js";
import { ensure, SchedulerError } from "../errors.js";
import { atLeast, type Candidates, total, weigh } from "./candidates.js";
import { largest } from "./largest.js";
import { nucleus } from "./nucleus.js";
import { quickNucleus } from "./quick-nucleus.js";

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
  const some = topK > 0 && topK < logits.length ? largest(logits, topK) : undefined;
  const quick = some || topP === 1 ? undefined : quickNucleus(logits, most, temperature, topP);
  let kept = quick ?? weigh(logits, most, temperature, some);
  if (topP < 1 && quick === undefined) kept = nucleus(kept, topP);
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
