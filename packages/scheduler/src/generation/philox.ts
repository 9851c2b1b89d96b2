// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011. A random number is a function of a key and a
// counter, so it never depends on what else drew one.

import { integer } from "../check.js";

type Words2 = readonly [number, number];
type Words4 = readonly [number, number, number, number];

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** Four random 32-bit words of a 128-bit counter and a 64-bit key, lowest word first. */
export function philox4x32(counter: Words4, key: Words2): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highWord(MULTIPLIERS[0], c0);
    const high1 = highWord(MULTIPLIERS[1], c2);
    const low0 = Math.imul(MULTIPLIERS[0], c0);
    const low1 = Math.imul(MULTIPLIERS[1], c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The upper half of the 64-bit product of two unsigned words. */
function highWord(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
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
  /** Which token of the sequence, from 0 to 2^32 - 1. */
  readonly position: number;
  /** How often that token was drawn before, from 0 to 2^32 - 1. */
  readonly attempt: number;
}

/**
 * A random number in [0, 1) with 53 random bits: the same for the same place, whatever else was drawn.
 *
 * @throws SchedulerError ERR_ARGUMENT
 */
export function uniform({ seed, sequence, position, attempt }: RandomPlace): number {
  integer(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  const word = (value: number, name: string) => integer(value, name, 0, 0xffffffff);
  const [high, low] = philox4x32(
    [word(position, "position"), word(sequence, "sequence"), word(attempt, "attempt"), 0],
    [seed >>> 0, Math.floor(seed / 2 ** 32)],
  );
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}
