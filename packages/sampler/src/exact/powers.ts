// Powers of normal forms: of products, of rationals as roots of primes, of e and of rationals to what isn't rational.

import { factor } from "./factor.js";
import {
  asRational,
  type Factor,
  keyOf,
  keyOfFactors,
  ONE_POLYNOMIAL,
  onlyMonomial,
  type Polynomial,
  scale,
  single,
} from "./polynomial.js";
import {
  fromRational,
  generator,
  MAX_COEFFICIENT_BITS,
  type Quotient,
  Quotients,
  whole,
} from "./quotients.js";
import { Rational } from "./rational.js";

const HALF = Rational.of(1, 2);
/** Powers with more terms are left to evaluation. */
const MAX_GROWTH = 30;
/** Larger numbers aren't factored. */
export const MAX_ROOT_BITS = 4096;

export abstract class Powers extends Quotients {
  /** The cosine of `q` half turns where that needs square roots only. */
  protected abstract cosine(q: Rational): Quotient | undefined;

  power(base: Quotient, exponent: Quotient): Quotient | undefined {
    const power = exponent.under === ONE_POLYNOMIAL ? asRational(exponent.over) : undefined;
    if (power === undefined) return this.#exponential(base, exponent);
    if (power.isZero) return fromRational(Rational.one);
    if (base.over.size === 0) return power.sign > 0 ? base : undefined;
    if (power.sign < 0) {
      const positive = this.power(base, fromRational(power.negate()));
      return positive && this.divide(fromRational(Rational.one), positive);
    }
    if (power.isInteger) return this.#integerPower(base, power.numerator);
    if (power.denominator > 64n || power.numerator > 4096n) return undefined;
    const root = this.#root(base, Number(power.denominator));
    return root && this.#integerPower(root, power.numerator);
  }

  #integerPower(base: Quotient, exponent: bigint): Quotient | undefined {
    const only = base.under === ONE_POLYNOMIAL ? onlyMonomial(base.over) : undefined;
    if (only !== undefined) {
      const factors = only.factors.map(({ generator: name, exponent: own }) => ({
        generator: name,
        exponent: own.multiply(Rational.of(exponent)),
      }));
      const coefficient = only.coefficient.pow(exponent, MAX_COEFFICIENT_BITS);
      const huge =
        coefficient === undefined ? this.#hugePower(only.coefficient, exponent) : undefined;
      if (coefficient === undefined && huge === undefined) return undefined;
      const reduced = this.reduced(coefficient ?? Rational.one, factors);
      if (reduced === undefined) return undefined;
      const product = huge === undefined ? reduced : this.product(huge, reduced);
      return product && whole(product);
    }
    if (exponent > 64n || growth(base.over, exponent) > MAX_GROWTH) return undefined;
    let result = fromRational(Rational.one);
    for (let k = exponent; k > 0n; k--) {
      const next = this.multiply(result, base);
      if (next === undefined) return undefined;
      result = next;
    }
    return result;
  }

  /** A rational to a power too large to compute, as a product of powers of primes. */
  #hugePower(base: Rational, exponent: bigint): Polynomial | undefined {
    if (base.sign < 0 || base.bits > 256) return undefined;
    const factors: Factor[] = [];
    for (const [value, sign] of [
      [base.numerator, 1n],
      [base.denominator, -1n],
    ] as const) {
      const found = factor(value);
      if (!found.complete) return undefined;
      for (const [prime, times] of found.powers) {
        factors.push({
          generator: `H${prime}`,
          exponent: Rational.of(BigInt(times) * exponent * sign),
        });
      }
    }
    factors.sort((a, b) => (a.generator < b.generator ? -1 : 1));
    return single(Rational.one, factors);
  }

  /** A rational's `n`th root as a product of roots of primes. */
  protected rationalRoot(value: Rational, n: number): Quotient | undefined {
    if (value.isZero) return fromRational(value);
    if (value.bits > MAX_ROOT_BITS) return undefined;
    if (value.sign < 0) {
      const positive = this.rationalRoot(value.abs(), n);
      if (positive === undefined) return undefined;
      if (n % 2 === 1) return this.negate(positive);
      return n === 2 ? this.multiply(generator("i"), positive) : undefined;
    }
    const factors: Factor[] = [];
    let coefficient = Rational.one;
    for (const [part, sign] of [
      [value.numerator, 1],
      [value.denominator, -1],
    ] as const) {
      this.work.spend(20);
      const { powers, complete } = factor(part);
      for (const [prime, times] of powers) {
        const exponent = Rational.of(times * sign, n);
        const floor = exponent.floor();
        const rest = exponent.subtract(Rational.of(floor));
        const outside = Rational.of(prime).pow(floor, MAX_COEFFICIENT_BITS);
        if (outside === undefined) return undefined;
        coefficient = coefficient.multiply(outside);
        if (rest.isZero) continue;
        const name = `#${prime}`;
        // A lone number that isn't a square is still no rational, but it may share a factor with another.
        if (!complete && powers.at(-1)?.[0] === prime) this.unsure.add(name);
        factors.push({ generator: name, exponent: rest });
      }
    }
    factors.sort((a, b) => (a.generator < b.generator ? -1 : 1));
    return whole(single(coefficient, factors));
  }

  #root(base: Quotient, n: number): Quotient | undefined {
    const value = base.under === ONE_POLYNOMIAL ? asRational(base.over) : undefined;
    if (value !== undefined) return this.rationalRoot(value, n);
    if (base.under !== ONE_POLYNOMIAL) return this.opaque(`root${n}`, [base]);
    const only = onlyMonomial(base.over);
    if (only !== undefined) {
      // Roots of positive numbers, and of a single variable, multiply.
      const simple = only.factors.every(
        ({ generator: name, exponent }) =>
          /^(?:#|pi$|e$|l#[^1]|H)/.test(name) ||
          (name.startsWith("$") && exponent.equals(Rational.one) && only.factors.length === 1),
      );
      const outside =
        simple && only.coefficient.sign > 0 ? this.rationalRoot(only.coefficient, n) : undefined;
      if (outside !== undefined) {
        const inside = only.factors.map(({ generator: name, exponent }) => ({
          generator: name,
          exponent: exponent.divide(Rational.of(n)),
        }));
        const reduced = this.reduced(Rational.one, inside);
        return reduced && this.multiply(outside, whole(reduced));
      }
    }
    const simpler = n === 2 ? this.#denested(base.over) : undefined;
    if (simpler !== undefined) return simpler;
    // The content goes outside, so that what is left is one polynomial however it is scaled.
    const content = contentOf(base.over);
    const outside = this.rationalRoot(content, n);
    if (outside === undefined) return undefined;
    const inside = scale(base.over, Rational.one.divide(content));
    const name = `r${n}:${keyOf(inside)}`;
    this.known.set(name, { order: Rational.one, value: inside });
    return this.multiply(outside, generator(name, Rational.of(1, n)));
  }

  /** sqrt(a + b sqrt c) = sqrt((a + d) / 2) ± sqrt((a - d) / 2), where d = sqrt(a^2 - b^2 c) is rational. */
  #denested(inside: Polynomial): Quotient | undefined {
    if (inside.size !== 2) return undefined;
    const constant = inside.get("");
    const surd = [...inside.values()].find(({ factors }) => factors.length > 0);
    if (constant === undefined || surd === undefined || constant.coefficient.sign <= 0)
      return undefined;
    if (
      !surd.factors.every(
        ({ generator: name, exponent }) => name.startsWith("#") && exponent.equals(HALF),
      )
    ) {
      return undefined;
    }
    let square = surd.coefficient.multiply(surd.coefficient);
    for (const { generator: name } of surd.factors)
      square = square.multiply(Rational.of(BigInt(name.slice(1))));
    const a = constant.coefficient;
    const d = a.multiply(a).subtract(square);
    const root = d.sign < 0 ? undefined : d.root(2);
    if (root === undefined) return undefined;
    const [x, y] = [
      this.rationalRoot(a.add(root).multiply(HALF), 2),
      this.rationalRoot(a.subtract(root).multiply(HALF), 2),
    ];
    return x && y && this.add(x, surd.coefficient.sign > 0 ? y : this.negate(y));
  }

  /** A power whose exponent isn't rational: of e or a positive rational, a product over the exponent's terms. */
  #exponential(base: Quotient, exponent: Quotient): Quotient | undefined {
    if (exponent.under !== ONE_POLYNOMIAL || base.under !== ONE_POLYNOMIAL)
      return this.opaque("pow", [base, exponent]);
    const only = onlyMonomial(base.over);
    const value = asRational(base.over);
    const natural = only?.coefficient.equals(Rational.one) && keyOfFactors(only.factors) === "e*";
    if (!natural && (value === undefined || value.sign <= 0))
      return this.opaque("pow", [base, exponent]);
    let result: Quotient | undefined = fromRational(Rational.one);
    for (const { coefficient, factors } of exponent.over.values()) {
      const part = natural
        ? this.#naturalPower(coefficient, factors)
        : this.#rationalToThe(value ?? Rational.one, coefficient, factors);
      result = result && part && this.multiply(result, part);
    }
    return result;
  }

  #naturalPower(coefficient: Rational, factors: readonly Factor[]): Quotient | undefined {
    if (factors.length === 0) return generator("e", coefficient);
    const key = keyOfFactors(factors);
    // e^(q i π) is a point of the unit circle.
    if (key === "i*pi*") {
      const [cos, sin] = [this.cosine(coefficient), this.cosine(coefficient.subtract(HALF))];
      const imaginary = sin && this.multiply(sin, generator("i"));
      return cos && imaginary && this.add(cos, imaginary);
    }
    const log = /^l#(\d+)\*$/.exec(key);
    if (log !== null)
      return this.power(
        fromRational(Rational.of(BigInt(log[1] ?? "1"))),
        fromRational(coefficient),
      );
    return generator(`x${key}`, coefficient);
  }

  #rationalToThe(
    base: Rational,
    coefficient: Rational,
    factors: readonly Factor[],
  ): Quotient | undefined {
    if (factors.length === 0) return this.power(fromRational(base), fromRational(coefficient));
    const key = keyOfFactors(factors);
    let result: Quotient | undefined = fromRational(Rational.one);
    for (const [part, sign] of [
      [base.numerator, 1],
      [base.denominator, -1],
    ] as const) {
      const { powers, complete } = factor(part);
      for (const [prime, times] of powers) {
        const name = `y#${prime}:${key}`;
        if (!complete) this.unsure.add(name);
        result =
          result &&
          this.multiply(result, generator(name, coefficient.multiply(Rational.of(times * sign))));
      }
    }
    return result;
  }
}

/** About how many terms a power of a polynomial has; roots and the like don't multiply them. */
function growth(base: Polynomial, exponent: bigint): number {
  const free = [...base.keys()].filter((key) => /[$xyf]/.test(key)).length;
  let count = 1;
  for (let k = 1; k <= free; k++) count = (count * (Number(exponent) + k)) / k;
  return count;
}

/** The rational that makes a polynomial's coefficients whole, without a common factor and positive in front. */
function contentOf(polynomial: Polynomial): Rational {
  const coefficients = [...polynomial]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => each.coefficient);
  let content = Rational.zero;
  for (const each of coefficients) content = commonDivisor(content, each.abs());
  // Under an even root only a positive number may be moved out.
  return content;
}

function commonDivisor(x: Rational, y: Rational): Rational {
  if (x.isZero) return y;
  // gcd(a/b, c/d) = gcd(ad, bc) / bd, found by Euclid's algorithm on fractions.
  let [a, b] = [x, y];
  while (!b.isZero) [a, b] = [b, a.subtract(b.multiply(Rational.of(a.divide(b).floor())))];
  return a;
}
