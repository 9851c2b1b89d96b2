// Sums of products of generators with rational coefficients and exponents: `2*#3^1/2*pi - 1`. What the generators mean
// is up to `NormalForms`.

import { Rational } from "./rational.js";

/** A power of a generator; its exponent isn't 0. */
export interface Factor {
  readonly generator: string;
  readonly exponent: Rational;
}

export interface Monomial {
  readonly coefficient: Rational;
  /** In the order of their generators. */
  readonly factors: readonly Factor[];
}

/** Monomials by their factors; none has coefficient 0. */
export type Polynomial = ReadonlyMap<string, Monomial>;

export const ZERO_POLYNOMIAL: Polynomial = new Map();

export const keyOfFactors = (factors: readonly Factor[]): string => {
  let key = "";
  for (const { generator, exponent } of factors) {
    key += exponent.equals(Rational.one) ? `${generator}*` : `${generator}^${exponent}*`;
  }
  return key;
};

export function single(coefficient: Rational, factors: readonly Factor[] = []): Polynomial {
  return coefficient.isZero
    ? ZERO_POLYNOMIAL
    : new Map([[keyOfFactors(factors), { coefficient, factors }]]);
}

export const ONE_POLYNOMIAL = single(Rational.one);

/** The only monomial, if there is exactly one. */
export function onlyMonomial(polynomial: Polynomial): Monomial | undefined {
  if (polynomial.size !== 1) return undefined;
  for (const monomial of polynomial.values()) return monomial;
  return undefined;
}

/** The rational that a polynomial without generators is. */
export function asRational(polynomial: Polynomial): Rational | undefined {
  if (polynomial.size === 0) return Rational.zero;
  const only = onlyMonomial(polynomial);
  return only?.factors.length === 0 ? only.coefficient : undefined;
}

export function addTo(sum: Map<string, Monomial>, key: string, monomial: Monomial): void {
  const known = sum.get(key);
  if (known === undefined) {
    if (!monomial.coefficient.isZero) sum.set(key, monomial);
    return;
  }
  const coefficient = known.coefficient.add(monomial.coefficient);
  if (coefficient.isZero) sum.delete(key);
  else sum.set(key, { coefficient, factors: known.factors });
}

export function addPolynomials(x: Polynomial, y: Polynomial): Polynomial {
  const sum = new Map(x);
  for (const [key, monomial] of y) addTo(sum, key, monomial);
  return sum;
}

export function scale(x: Polynomial, by: Rational): Polynomial {
  if (by.isZero) return ZERO_POLYNOMIAL;
  const scaled = new Map<string, Monomial>();
  for (const [key, { coefficient, factors }] of x) {
    scaled.set(key, { coefficient: coefficient.multiply(by), factors });
  }
  return scaled;
}

/** The factors of a product, in order, those with exponent 0 left out. */
export function mergeFactors(x: readonly Factor[], y: readonly Factor[]): Factor[] {
  const merged: Factor[] = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    const [a, b] = [x[i], y[j]];
    if (a !== undefined && (b === undefined || a.generator < b.generator)) {
      merged.push(a);
      i++;
    } else if (b !== undefined && (a === undefined || b.generator < a.generator)) {
      merged.push(b);
      j++;
    } else if (a !== undefined && b !== undefined) {
      const exponent = a.exponent.add(b.exponent);
      if (!exponent.isZero) merged.push({ generator: a.generator, exponent });
      i++;
      j++;
    }
  }
  return merged;
}

/** One text for one polynomial. */
export function keyOf(polynomial: Polynomial): string {
  return [...polynomial]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { coefficient }]) => `${coefficient}*${key}`)
    .join("+");
}
