// The nucleus of a whole vocabulary without a power or a sort of all of it. Weights that are
// nearly right, summed by narrow ranges, show in which range the nucleus ends; only the weights
// near there are computed exactly and sorted. Wherever the error of the sums could decide, it
// says so, and the exact way has to be taken: so both give the same bits.

import { atLeast, type Candidates, weigh } from "./candidates.js";
import { leastOf } from "./nucleus.js";

/** Ranges for each factor of e; exponents of `-LOWEST` and below count as no weight. */
const RANGES = 64;
const LOWEST = 40;
/** Relative error of the polynomial below: its next term, (1/128)^5 / 5!, and rounding. */
const ERROR = 1e-12;

const middleOf = (range: number): number => -(range + 0.5) / RANGES;
const weightOf = Float64Array.from({ length: RANGES * LOWEST }, (_, i) => Math.exp(middleOf(i)));

/**
 * What {@link nucleus} gives of all tokens, to the bit; undefined where that can't be told so.
 *
 * @param most  the largest logit
 */
export function quickNucleus(
  logits: Float32Array,
  most: number,
  temperature: number,
  share: number,
): Candidates | undefined {
  const scale = -RANGES / temperature;
  const sums = sumsByRange(logits, most, scale);
  let sum = 0;
  for (let range = sums.length - 1; range >= 0; range--) sum += sums[range] as number;
  const enough = share * sum;
  let end = 0;
  let before = 0;
  for (; end < sums.length && before + (sums[end] as number) < enough; end++) {
    before += sums[end] as number;
  }
  if (end === sums.length) return undefined;
  // Where two ranges meet, exact weights may be in another order: the neighbours are looked at too.
  if (end > 0) before -= sums[end - 1] as number;
  const ids = idsWithin(logits, most, scale, end + 2);
  const heavy = weigh(logits, most, temperature, ids);
  const near = new Float64Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) {
    const scaled = ((logits[ids[i] as number] as number) - most) * scale;
    if (scaled >= end - 1) near[count++] = heavy.weights[i] as number;
  }
  const { least, ties, sum: reached } = leastOf(near.subarray(0, count).sort(), before, enough);
  // Rounding of this sum and of the exact one, the polynomial, and what was left out.
  const { length } = logits;
  const doubt = sum * (4 * ERROR + length * 2 ** -50) + 2 * length * Math.exp(-LOWEST);
  const isSure = reached >= enough + doubt && reached - least < enough - doubt;
  const isWithin =
    (end === 0 || least < Math.exp(middleOf(end - 1))) && least > Math.exp(middleOf(end + 1));
  return isSure && isWithin ? atLeast(heavy, least, ties) : undefined;
}

/** The weights of all tokens, nearly, summed by range. */
function sumsByRange(logits: Float32Array, most: number, scale: number): Float64Array {
  const sums = new Float64Array(weightOf.length);
  for (let id = 0; id < logits.length; id++) {
    const scaled = ((logits[id] as number) - most) * scale;
    if (!(scaled < RANGES * LOWEST)) continue;
    const range = scaled | 0;
    const d = (range + 0.5 - scaled) / RANGES; // from the middle of the range
    const factor = 1 + d * (1 + d * (1 / 2 + d * (1 / 6 + d * (1 / 24))));
    sums[range] = (sums[range] as number) + (weightOf[range] as number) * factor;
  }
  return sums;
}

/** The ids of tokens in the ranges before `end`. */
function idsWithin(logits: Float32Array, most: number, scale: number, end: number): Int32Array {
  const ids = new Int32Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    if (((logits[id] as number) - most) * scale < end) ids[count++] = id;
  }
  return ids.subarray(0, count);
}
