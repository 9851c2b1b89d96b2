// Arithmetic of normal forms. The normal form of a scalar is a quotient of polynomials in generators that the relations below keep reduced. Two terms
// whose cross products have the same form are equal; where the generators are known to be independent, two whose cross
// products differ are unequal.
//
// Generators: `#p` a root of the prime p (exponents between 0 and 1; such products are linearly independent over the
// rationals, Besicovitch 1940), `pi`, `e` (any rational exponents, Lindemann 1882), `i`, `$x` a variable, `l#p` ln p,
// `xM` e to the product M, `y#p:M` p to the product M, `rn:P` the nth root of P, `f…` another function's value, `H p` a
// prime with an exponent too large to be multiplied out.

import {
  addPolynomials,
  addTo,
  type Factor,
  keyOf,
  type Monomial,
  mergeFactors,
  ONE_POLYNOMIAL,
  onlyMonomial,
  type Polynomial,
  scale,
  single,
} from "./polynomial.js";
import { Rational } from "./rational.js";
import type { Work } from "./work.js";

export interface Quotient {
  readonly over: Polynomial;
  readonly under: Polynomial;
}

const NEGATIVE = Rational.of(-1);
const MAX_TERMS = 400;
/** Longer coefficients aren't computed. */
export const MAX_COEFFICIENT_BITS = 1 << 17;
/** Past this an exponent of a prime exceeds any that a coefficient can hide. */
const HUGE = BigInt(MAX_COEFFICIENT_BITS * 4);

export const whole = (over: Polynomial): Quotient => ({ over, under: ONE_POLYNOMIAL });
export const fromRational = (value: Rational): Quotient => whole(single(value));
export const generator = (name: string, exponent: Rational = Rational.one): Quotient =>
  whole(single(Rational.one, [{ generator: name, exponent }]));

/** Sums, products and quotients, with the relations of the generators applied. */
export class Quotients {
  /** What a generator's `order`th power is. */
  protected readonly known = new Map<string, { order: Rational; value: Polynomial }>();
  /** Generators that hold a number whose prime factors aren't all known. */
  protected readonly unsure = new Set<string>();

  constructor(protected readonly work: Work) {}

  add(x: Quotient, y: Quotient): Quotient | undefined {
    if (x.under === y.under || keyOf(x.under) === keyOf(y.under)) {
      return { over: addPolynomials(x.over, y.over), under: x.under };
    }
    const [a, b] = [this.product(x.over, y.under), this.product(y.over, x.under)];
    const under = this.product(x.under, y.under);
    return a && b && under && this.#quotient(addPolynomials(a, b), under);
  }

  negate(x: Quotient): Quotient {
    return { over: scale(x.over, NEGATIVE), under: x.under };
  }

  multiply(x: Quotient, y: Quotient): Quotient | undefined {
    const [over, under] = [this.product(x.over, y.over), this.product(x.under, y.under)];
    return over && under && this.#quotient(over, under);
  }

  divide(x: Quotient, y: Quotient): Quotient | undefined {
    if (y.over.size === 0) return undefined;
    const [over, under] = [this.product(x.over, y.under), this.product(x.under, y.over)];
    return over && under && this.#quotient(over, under);
  }

  /** What `x - y` has above the line: empty if they are equal. */
  difference(x: Quotient, y: Quotient): Polynomial | undefined {
    return this.add(x, this.negate(y))?.over;
  }

  /** Whether a polynomial that isn't empty is certainly not 0 (as a function, if it has variables). */
  isCertain(polynomial: Polynomial): boolean {
    let [pi, e, logs, huge] = [false, false, false, false];
    for (const { factors } of polynomial.values()) {
      let logDegree = Rational.zero;
      for (const { generator: name, exponent } of factors) {
        if (this.unsure.has(name)) return false;
        const kind = name.charAt(0);
        if (kind === "r" || kind === "f") return false;
        if ((kind === "x" || kind === "y") && !name.includes("$")) return false;
        if ((kind === "x" || kind === "y") && /[rf]/.test(name)) return false;
        if (name === "pi") pi = true;
        if (name === "e") e = true;
        if (kind === "l") {
          logs = true;
          logDegree = logDegree.add(exponent);
        }
        if (kind === "H") huge = true;
      }
      if (!logDegree.isZero && !logDegree.equals(Rational.one)) return false;
    }
    if (huge) return this.#hugeDiffers(polynomial);
    return [pi, e, logs].filter((each) => each).length <= 1;
  }

  /** Two products that differ in a prime's exponent by more than their coefficients could make up for. */
  #hugeDiffers(polynomial: Polynomial): boolean {
    if (polynomial.size === 1) return true;
    const [x, y, ...more] = [...polynomial.values()];
    if (x === undefined || y === undefined || more.length > 0) return false;
    const inverse = y.factors.map(({ generator: name, exponent }) => ({
      generator: name,
      exponent: exponent.negate(),
    }));
    return mergeFactors(x.factors, inverse).some(({ generator: name, exponent }) => {
      const size = exponent.abs().floor();
      return name.startsWith("H") && size > HUGE;
    });
  }

  #quotient(over: Polynomial, under: Polynomial): Quotient | undefined {
    if (under === ONE_POLYNOMIAL) return { over, under };
    if (under.size === 0) return undefined;
    if (over.size === 0) return whole(over);
    const only = onlyMonomial(under);
    if (only === undefined || only.factors.some(({ generator: name }) => this.known.has(name)))
      return { over, under };
    const inverse = single(
      Rational.one.divide(only.coefficient),
      only.factors.map(({ generator: name, exponent }) => ({
        generator: name,
        exponent: exponent.negate(),
      })),
    );
    const product = this.product(over, inverse);
    return product && whole(product);
  }

  protected product(x: Polynomial, y: Polynomial): Polynomial | undefined {
    if (x === ONE_POLYNOMIAL) return y;
    if (y === ONE_POLYNOMIAL) return x;
    this.work.spend(1 + x.size * y.size * (1 + (coefficientBits(x) + coefficientBits(y)) / 256));
    const sum = new Map<string, Monomial>();
    for (const a of x.values()) {
      for (const b of y.values()) {
        const product = this.reduced(
          a.coefficient.multiply(b.coefficient),
          mergeFactors(a.factors, b.factors),
        );
        if (product === undefined) return undefined;
        for (const [key, monomial] of product) addTo(sum, key, monomial);
        if (sum.size > MAX_TERMS) return undefined;
      }
    }
    return sum;
  }

  /** A product of generators with their relations applied. */
  protected reduced(coefficient: Rational, factors: readonly Factor[]): Polynomial | undefined {
    let scaleBy = coefficient;
    const kept: Factor[] = [];
    let expanded: Polynomial | undefined;
    for (const each of factors) {
      const { generator: name, exponent } = each;
      if (name.startsWith("#")) {
        const floor = exponent.floor();
        const rest = exponent.subtract(Rational.of(floor));
        if (floor !== 0n) {
          const power = Rational.of(BigInt(name.slice(1))).pow(floor, MAX_COEFFICIENT_BITS);
          if (power === undefined) return undefined;
          scaleBy = scaleBy.multiply(power);
        }
        if (!rest.isZero) kept.push({ generator: name, exponent: rest });
      } else if (name === "i") {
        if (!exponent.isInteger) return undefined;
        const turn = ((exponent.numerator % 4n) + 4n) % 4n;
        if (turn >= 2n) scaleBy = scaleBy.negate();
        if (turn % 2n === 1n) kept.push({ generator: name, exponent: Rational.one });
      } else {
        const known = this.known.get(name);
        if (known === undefined || exponent.compare(known.order) < 0) {
          kept.push(each);
          continue;
        }
        const times = exponent.divide(known.order).floor();
        const rest = exponent.subtract(known.order.multiply(Rational.of(times)));
        if (times > 16n) return undefined;
        for (let k = 0n; k < times; k++) {
          expanded = expanded === undefined ? known.value : this.product(expanded, known.value);
          if (expanded === undefined) return undefined;
        }
        if (!rest.isZero) kept.push({ generator: name, exponent: rest });
      }
    }
    if (scaleBy.bits > MAX_COEFFICIENT_BITS) return undefined;
    const monomial = single(scaleBy, kept);
    return expanded === undefined ? monomial : this.product(monomial, expanded);
  }

  protected opaque(name: string, args: readonly Quotient[]): Quotient {
    const inside = args.map(({ over, under }) =>
      under === ONE_POLYNOMIAL ? keyOf(over) : `${keyOf(over)} / ${keyOf(under)}`,
    );
    return generator(`f${name}(${inside.join(", ")})`);
  }
}

/** About how long the coefficients are. */
function coefficientBits(polynomial: Polynomial): number {
  for (const { coefficient } of polynomial.values()) return coefficient.bits;
  return 0;
}
