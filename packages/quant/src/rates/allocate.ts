// Bits for each tensor under one budget. The cost of a tensor at b bits is a * 2^(-2b): that is how the squared error of
// a fine grid falls, and KL divergence with it. At the best rates a bit more would buy the same everywhere.

import { QuantError } from "../errors.js";

export interface Priced {
  readonly weights: number;
  /** Cost with no bits at all, as the model has it: `a`. */
  readonly price: number;
}

export interface RateBounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Bits per weight of each tensor that make the sum of costs least within `bits` for all.
 *
 * @throws QuantError `ERR_BUDGET` if the least bits of all tensors are more
 */
export function allocateRates(
  tensors: readonly Priced[],
  bits: number,
  { least, most }: RateBounds,
): number[] {
  const all = tensors.reduce((sum, { weights }) => sum + weights, 0);
  if (least * all > bits) {
    throw new QuantError(
      "ERR_BUDGET",
      `expected room for at least ${least} bits per weight, found ${(bits / all).toFixed(3)}`,
    );
  }
  // A tensor that seems to cost nothing gets the least, not minus infinity.
  const wanted = tensors.map(({ weights, price }) =>
    price > 0 ? 0.5 * Math.log2(price / weights) : Number.NEGATIVE_INFINITY,
  );
  const at = (level: number) => wanted.map((w) => Math.min(most, Math.max(least, w - level)));
  const size = (rates: readonly number[]) =>
    rates.reduce((sum, rate, i) => sum + rate * (tensors[i] as Priced).weights, 0);
  const finite = wanted.filter(Number.isFinite);
  let low = Math.min(0, ...finite) - most - 1;
  let high = Math.max(0, ...finite) - least + 1;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (size(at(middle)) > bits) low = middle;
    else high = middle;
  }
  return at(high);
}

export interface Choice<T> {
  readonly value: T;
  readonly bytes: number;
  readonly kl: number;
}

/**
 * One of several choices for each tensor within `bytes` for all: upgrades are taken by how much divergence a byte saves.
 *
 * @param tensors  choices of each by rising size
 * @throws QuantError `ERR_BUDGET` if the smallest choices are more
 */
export function allocateChoices<T>(tensors: readonly (readonly Choice<T>[])[], bytes: number): T[] {
  const places = tensors.map(() => 0);
  let used = tensors.reduce((sum, choices) => sum + (choices[0] as Choice<T>).bytes, 0);
  if (used > bytes) {
    throw new QuantError(
      "ERR_BUDGET",
      `expected at least ${used} bytes for all matrices, found ${Math.floor(bytes)}`,
    );
  }
  const upgrades = tensors.flatMap((choices, tensor) =>
    choices.slice(1).map((choice, i) => {
      const before = choices[i] as Choice<T>;
      const more = choice.bytes - before.bytes;
      // What takes no more room, as of a matrix that stays in 16 bits, is free.
      const gain = more > 0 ? (before.kl - choice.kl) / more : Number.MAX_VALUE;
      return { tensor, place: i + 1, more, gain };
    }),
  );
  upgrades.sort((a, b) => b.gain - a.gain || a.tensor - b.tensor || a.place - b.place);
  for (const { tensor, place, more } of upgrades) {
    if (places[tensor] !== place - 1 || used + more > bytes) continue;
    places[tensor] = place;
    used += more;
  }
  return tensors.map((choices, i) => (choices[places[i] as number] as Choice<T>).value);
}
