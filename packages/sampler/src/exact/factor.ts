// Prime factors, as far as trial division finds them.

import { exactRoot } from "./integer.js";

const BOUND = 8000;
const primes: number[] = [];
for (let n = 2; n < BOUND; n++) {
  if (primes.every((p) => p * p > n || n % p !== 0)) primes.push(n);
}

export interface Factors {
  /** Each base with its exponent. */
  readonly powers: readonly (readonly [base: bigint, exponent: number])[];
  /** Whether every base is prime. Otherwise the last may be a product of primes past 8000. */
  readonly complete: boolean;
}

/** The factors of `x`, which is more than 0. */
export function factor(x: bigint): Factors {
  const powers: [bigint, number][] = [];
  let rest = x;
  for (const prime of primes) {
    if (rest <= BigInt(Number.MAX_SAFE_INTEGER)) break;
    const p = BigInt(prime);
    let exponent = 0;
    while (rest % p === 0n) {
      rest /= p;
      exponent++;
    }
    if (exponent > 0) powers.push([p, exponent]);
  }
  if (rest > BigInt(Number.MAX_SAFE_INTEGER)) return large(powers, rest);
  let small = Number(rest);
  for (const prime of primes) {
    if (prime * prime > small) break;
    let exponent = 0;
    while (small % prime === 0) {
      small /= prime;
      exponent++;
    }
    if (exponent > 0) powers.push([BigInt(prime), exponent]);
  }
  if (small > 1) {
    if (small >= BOUND * BOUND) return large(powers, BigInt(small));
    powers.push([BigInt(small), 1]);
  }
  return { powers, complete: true };
}

/** What trial division leaves: at least the power of something, if it is one. */
function large(powers: [bigint, number][], rest: bigint): Factors {
  for (const n of [2, 3, 5, 7]) {
    const root = exactRoot(rest, n);
    if (root === undefined) continue;
    const inner = large([], root);
    const deeper = inner.powers.map(([base, exponent]): [bigint, number] => [base, exponent * n]);
    return { powers: [...powers, ...deeper], complete: root < BigInt(BOUND * BOUND) };
  }
  return { powers: [...powers, [rest, 1]], complete: rest < BigInt(BOUND * BOUND) };
}
