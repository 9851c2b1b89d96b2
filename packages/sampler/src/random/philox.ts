// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011. A random number is a function of a key and a
// counter, so it never depends on what else drew one: a chain that is rolled back, forked or
// batched draws the same numbers.

import { integer } from "../sampling/check.js";

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/**
 * Replaces a 128-bit counter, lowest word first, by its four random words under a 64-bit key.
 *
 * @param words  4 of them
 */
export function philox4x32(words: Uint32Array, keyLow: number, keyHigh: number): void {
  let c0 = words[0] as number;
  let c1 = words[1] as number;
  let c2 = words[2] as number;
  let c3 = words[3] as number;
  let k0 = keyLow | 0;
  let k1 = keyHigh | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highWord(MULTIPLIERS[0], c0);
    const high1 = highWord(MULTIPLIERS[1], c2);
    const low0 = Math.imul(MULTIPLIERS[0], c0);
    const low1 = Math.imul(MULTIPLIERS[1], c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** The upper half of the 64-bit product of two words. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 0x10000);
  const carried = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000);
}

/** Where a random number belongs. */
export interface RandomPlace {
  /** From 0 to 2^53 - 1. */
  readonly seed: number;
  /** Which of the sequences that share the seed, from 0 to 2^32 - 1. */
  readonly sequence: number;
  /** Tokens before the one that is drawn, prompt included, from 0 to 2^32 - 1. */
  readonly position: number;
  /** How often that token was drawn before, from 0 to 2^32 - 1. */
  readonly attempt: number;
}

/** The two random numbers of a place, each in [0, 1) with 53 random bits. */
export class RandomPair {
  readonly #words = new Uint32Array(4);

  /** @throws SamplerError ERR_ARGUMENT for what is no place. */
  draw({ seed, sequence, position, attempt }: RandomPlace): void {
    integer(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
    const words = this.#words;
    words[0] = integer(position, "position", 0, 0xffffffff);
    words[1] = integer(sequence, "sequence", 0, 0xffffffff);
    words[2] = integer(attempt, "attempt", 0, 0xffffffff);
    words[3] = 0;
    philox4x32(words, seed % 2 ** 32, Math.floor(seed / 2 ** 32));
  }

  /** Chooses the token. */
  get first(): number {
    return unit(this.#words[0] as number, this.#words[1] as number);
  }

  /** Whatever else the same token needs by chance. */
  get second(): number {
    return unit(this.#words[2] as number, this.#words[3] as number);
  }
}

/**
 * A random number in [0, 1) with 53 random bits: the same for the same place, whatever else was drawn.
 *
 * @throws SamplerError ERR_ARGUMENT
 */
export function uniform(place: RandomPlace): number {
  const pair = new RandomPair();
  pair.draw(place);
  return pair.first;
}

const unit = (high: number, low: number): number =>
  ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
