// Draws tokens so that their surprise is a given one on average. S. Basu, G. S. Ramachandran,
// N. S. Keskar, L. R. Varshney, "Mirostat: a neural text decoding algorithm that directly controls
// perplexity", 2020; both versions as in llama.cpp's src/llama-sampling.cpp.

import type { Candidates } from "./candidates/candidates.js";

/** How many of the likeliest tokens version 1 estimates Zipf's exponent from. */
const ESTIMATED = 100;
const likeliest = new Float64Array(ESTIMATED);

/**
 * Leaves the tokens that the next one may be drawn from.
 *
 * @param bound  on surprise, in bits.
 */
export function boundSurprise(candidates: Candidates, version: 1 | 2, bound: number): void {
  if (version === 1) candidates.keepLargest(countWithin(candidates, bound));
  else {
    const most = candidates.largest() / candidates.temperature - candidates.logTotal();
    candidates.keepWithin(Math.max(0, most + bound * Math.LN2));
  }
}

/** The bound for the next token. */
export function nextBound(bound: number, probability: number, tau: number, eta: number): number {
  return bound - eta * (-Math.log2(probability) - tau);
}

/** How many tokens a Zipf distribution has within the bound, by the exponent that the likeliest suggest. */
function countWithin(candidates: Candidates, bound: number): number {
  const count = readLargest(candidates);
  let products = 0;
  let squares = 0;
  for (let i = 0; i + 1 < count; i++) {
    const t = Math.log((i + 2) / (i + 1));
    products += t * ((likeliest[i] as number) - (likeliest[i + 1] as number));
    squares += t * t;
  }
  const exponent = products / squares;
  const epsilon = exponent - 1;
  const scale = (epsilon * 2 ** bound) / (1 - candidates.size ** -epsilon);
  const kept = scale ** (1 / exponent);
  // Where the distribution has no exponent: all.
  return Number.isNaN(kept) ? candidates.size : Math.min(candidates.size, Math.max(1, kept | 0));
}

/** Writes the largest logits, after division, to `likeliest`, descending. @returns how many there are. */
function readLargest(candidates: Candidates): number {
  const values = candidates.row ?? candidates.list().values;
  const count = candidates.row === undefined ? candidates.list().count : candidates.size;
  let found = 0;
  let bar = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    if (value <= bar) continue;
    let at = found < ESTIMATED ? found++ : found - 1;
    for (; at > 0 && (likeliest[at - 1] as number) < value; at--) {
      likeliest[at] = likeliest[at - 1] as number;
    }
    likeliest[at] = value;
    if (found === ESTIMATED) bar = likeliest[found - 1] as number;
  }
  for (let i = 0; i < found; i++) {
    likeliest[i] = (likeliest[i] as number) / candidates.temperature;
  }
  return found;
}
