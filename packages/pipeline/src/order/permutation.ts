// A random order of n items without an array of n: a Feistel network permutes the
// numbers of b bits, and what falls at or above n walks its cycle until it is below
// (J. Black, P. Rogaway: Ciphers with Arbitrary Finite Domains, CT-RSA 2002).

import { integer } from "../check.js";

const ROUNDS = 8;
/** Fewer bits would give few different orders. */
const LEAST_BITS = 8;

/** What a permutation depends on besides its size. */
export interface OrderKey {
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** An integer from 0 to 2^32 - 1. */
  readonly epoch: number;
}

/**
 * The order of `size` items as a function from place to item: a bijection on 0 to
 * `size - 1` that depends on seed, epoch and size only. Constant memory; a call takes
 * fewer than two walks of the network on average, for 256 items and more.
 */
export function permutation(size: number, { seed, epoch }: OrderKey): (place: number) => number {
  integer(size, "size", 1, 2 ** 32);
  integer(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  integer(epoch, "epoch", 0, 2 ** 32 - 1);
  const bits = Math.max(LEAST_BITS, 32 - Math.clz32(size - 1));
  const low = bits >> 1;
  const high = bits - low;
  const keys = roundKeys(seed, epoch);
  const masks = [2 ** low - 1, 2 ** high - 1];
  const walk = (value: number): number => {
    let left = Math.floor(value / 2 ** low);
    let right = value % 2 ** low;
    // The halves take turns, so an even number of rounds gives each its width back.
    for (let round = 0; round < ROUNDS; round++) {
      const mask = masks[(round + 1) & 1] as number;
      const next = (left ^ (mix(right ^ (keys[round] as number)) & mask)) >>> 0;
      left = right;
      right = next;
    }
    return left * 2 ** low + right;
  };
  return (place) => {
    let value = walk(integer(place, "place", 0, size - 1));
    while (value >= size) value = walk(value);
    return value;
  };
}

function roundKeys(seed: number, epoch: number): Uint32Array {
  const keys = new Uint32Array(ROUNDS);
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32), epoch];
  for (let round = 0; round < ROUNDS; round++) {
    let key = Math.imul(round + 1, 0x9e3779b9);
    for (const word of words) key = mix(key ^ mix(word + round));
    keys[round] = key;
  }
  return keys;
}

/** A bijection on 32-bit words that spreads every bit (murmur3's finalizer). */
function mix(word: number): number {
  let x = word >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
