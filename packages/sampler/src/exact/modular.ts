// The value of a rational function modulo a prime: two polynomials of total degree d that differ agree at a random point
// with probability at most d / p (J. T. Schwartz 1980, R. Zippel 1979).

import type { Rational } from "./rational.js";
import type { Term } from "./term.js";
import type { Work } from "./work.js";

/** 2^107 - 1, a Mersenne prime. */
export const PRIME = (1n << 107n) - 1n;

export function powerModulo(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

const inverse = (x: bigint): bigint => powerModulo(x, PRIME - 2n);
const residue = (x: bigint): bigint => ((x % PRIME) + PRIME) % PRIME;

/** `undefined` if something is divided by 0 there, or `term` isn't a rational function of what has a value. */
export function valueModulo(
  term: Term,
  values: ReadonlyMap<string, bigint>,
  work: Work,
): bigint | undefined {
  work.spend(1);
  switch (term.op) {
    case "rational":
      return rationalModulo(term.value);
    case "variable":
      return values.get(term.name);
    case "constant":
      return undefined;
    case "call":
      return undefined;
    case "power": {
      if (term.right.op !== "rational" || !term.right.value.isInteger) return undefined;
      const exponent = term.right.value.numerator;
      const base = valueModulo(term.left, values, work);
      if (base === undefined || exponent > PRIME || -exponent > PRIME) return undefined;
      if (exponent >= 0n) return powerModulo(base, exponent);
      return base === 0n ? undefined : powerModulo(inverse(base), -exponent);
    }
    default: {
      const left = valueModulo(term.left, values, work);
      const right = left === undefined ? undefined : valueModulo(term.right, values, work);
      if (left === undefined || right === undefined) return undefined;
      if (term.op === "add") return (left + right) % PRIME;
      if (term.op === "multiply") return (left * right) % PRIME;
      return right === 0n ? undefined : (left * inverse(right)) % PRIME;
    }
  }
}

function rationalModulo({ numerator, denominator }: Rational): bigint | undefined {
  const under = residue(denominator);
  if (under === 0n) return undefined;
  return under === 1n ? residue(numerator) : (residue(numerator) * inverse(under)) % PRIME;
}
