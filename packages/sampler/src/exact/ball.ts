// Real numbers as balls, a middle and a radius, with binary exponents: every result encloses the true value.
// Functions follow the usual argument reductions and Taylor series (R. P. Brent, P. Zimmermann, Modern Computer
// Arithmetic, chapter 4).

import { absolute, bitLength, integerRoot } from "./integer.js";
import type { Rational } from "./rational.js";
import type { Work } from "./work.js";

/** All real numbers from `(middle - radius) * 2^exponent` to `(middle + radius) * 2^exponent`. */
export interface Ball {
  readonly middle: bigint;
  readonly radius: bigint;
  readonly exponent: number;
}

/** Numbers whose logarithm to base 2 is past this aren't computed. */
const MAX_EXPONENT = 1 << 22;

export const ball = (middle: bigint, exponent = 0, radius = 0n): Ball => ({
  middle,
  radius,
  exponent,
});
export const ZERO = ball(0n);
export const ONE = ball(1n);

export const containsZero = ({ middle, radius }: Ball): boolean => absolute(middle) <= radius;
export const isPositive = ({ middle, radius }: Ball): boolean => middle > radius;
export const isNegative = ({ middle, radius }: Ball): boolean => -middle > radius;

/** The least `k` with every member below `2^k` in size. */
export const magnitude = ({ middle, radius, exponent }: Ball): number =>
  bitLength(absolute(middle) + radius) + exponent;

/** The greatest `k` with the radius at most `2^k`; -Infinity for an exact number. */
export const errorMagnitude = ({ radius, exponent }: Ball): number =>
  radius === 0n ? Number.NEGATIVE_INFINITY : bitLength(radius) + exponent;

const shift = (x: bigint, by: number): bigint => (by >= 0 ? x << BigInt(by) : x >> BigInt(-by));

/** Arithmetic at a working precision. */
export class Balls {
  constructor(
    /** Binary digits that middles are rounded to. */
    readonly bits: number,
    readonly work: Work,
  ) {}

  /** `x` with its middle rounded to the working precision. */
  round(x: Ball): Ball {
    const excess = bitLength(x.middle) - this.bits;
    const loose = bitLength(x.radius) - 32;
    const by = Math.max(excess, loose);
    if (by <= 0) return x;
    const amount = BigInt(by);
    return ball(
      x.middle >> amount,
      x.exponent + by,
      (x.radius >> amount) + (x.radius === 0n ? 1n : 2n),
    );
  }

  rational(value: Rational): Ball {
    if (value.isInteger) return this.round(ball(value.numerator));
    const by =
      this.bits + Math.max(0, bitLength(value.denominator) - bitLength(value.numerator)) + 1;
    return this.round(ball((value.numerator << BigInt(by)) / value.denominator, -by, 1n));
  }

  add(x: Ball, y: Ball): Ball {
    this.work.spend(1);
    if (x.middle === 0n && x.radius === 0n) return y;
    if (y.middle === 0n && y.radius === 0n) return x;
    const [low, high] = x.exponent <= y.exponent ? [x, y] : [y, x];
    const by = high.exponent - low.exponent;
    // A number far below the other's precision is only an error of it.
    if (by > 4 * this.bits + bitLength(low.middle)) {
      const room = 2 * this.bits;
      return ball(
        high.middle << BigInt(room),
        high.exponent - room,
        (high.radius << BigInt(room)) + 1n,
      );
    }
    const amount = BigInt(by);
    return this.round(
      ball(
        low.middle + (high.middle << amount),
        low.exponent,
        low.radius + (high.radius << amount),
      ),
    );
  }

  negate(x: Ball): Ball {
    return ball(-x.middle, x.exponent, x.radius);
  }

  subtract(x: Ball, y: Ball): Ball {
    return this.add(x, this.negate(y));
  }

  multiply(x: Ball, y: Ball): Ball {
    this.work.spend(1 + (this.bits >> 8));
    const radius =
      x.radius === 0n && y.radius === 0n
        ? 0n
        : absolute(x.middle) * y.radius + absolute(y.middle) * x.radius + x.radius * y.radius;
    return this.round(ball(x.middle * y.middle, x.exponent + y.exponent, radius));
  }

  /** `undefined` if `y` may be 0. */
  divide(x: Ball, y: Ball): Ball | undefined {
    if (containsZero(y)) return undefined;
    this.work.spend(2 + (this.bits >> 7));
    const by = BigInt(Math.max(0, this.bits + bitLength(y.middle) - bitLength(x.middle) + 2));
    const least = absolute(y.middle) - y.radius;
    const quotient = (x.middle << by) / y.middle;
    // |x/y - m/n| <= (|x - m| + |m/n| |y - n|) / |y|
    const error = ((x.radius << by) + (absolute(quotient) + 1n) * y.radius) / least + 2n;
    return this.round(ball(quotient, x.exponent - y.exponent - Number(by), error));
  }

  power(x: Ball, exponent: bigint): Ball | undefined {
    if (exponent < 0n) {
      const inverse = this.power(x, -exponent);
      return inverse === undefined ? undefined : this.divide(ONE, inverse);
    }
    const size = BigInt(Math.max(1, Math.abs(magnitude(x))));
    if (exponent * size > BigInt(MAX_EXPONENT)) return undefined;
    let result = ONE;
    let square = x;
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = this.multiply(result, square);
      if (left > 1n) square = this.multiply(square, square);
    }
    return result;
  }

  /** The square root of a number that isn't negative; `undefined` if it may be. */
  sqrt(x: Ball): Ball | undefined {
    return this.root(x, 2);
  }

  /** The `n`th root of a number of at least 0; `undefined` if it may be negative. */
  root(x: Ball, n: number): Ball | undefined {
    if (x.middle < x.radius) return undefined;
    if (x.middle === 0n) return ZERO;
    this.work.spend(20 + (this.bits >> 3));
    let by = Math.max(0, n * (this.bits + 4) - bitLength(x.middle));
    by += (((x.exponent - by) % n) + n) % n;
    const scaled = x.middle << BigInt(by);
    const middle = integerRoot(scaled, n);
    const exponent = (x.exponent - by) / n;
    if (x.radius === 0n) return this.round(ball(middle, exponent, 1n));
    const low = integerRoot((x.middle - x.radius) << BigInt(by), n);
    const high = integerRoot((x.middle + x.radius) << BigInt(by), n);
    const radius = larger(high - middle, middle - low) + 2n;
    return this.round(ball(middle, exponent, radius));
  }

  /** `x` as a fixed-point number with `places` binary digits after the point, and its error in units of the last. */
  #fixed(x: Ball, places: number): { value: bigint; error: bigint } {
    const by = x.exponent + places;
    const error = by >= 0 ? x.radius << BigInt(by) : (x.radius >> BigInt(-by)) + 2n;
    return { value: shift(x.middle, by), error };
  }

  pi(): Ball {
    return this.#cached(
      "pi",
      (places) => 4n * (4n * inverseTangent(5n, places) - inverseTangent(239n, places)),
    );
  }

  ln2(): Ball {
    // ln 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749)
    return this.#cached(
      "ln2",
      (places) =>
        18n * inverseTangent(26n, places, true) -
        2n * inverseTangent(4801n, places, true) +
        8n * inverseTangent(8749n, places, true),
    );
  }

  #cached(name: string, compute: (places: number) => bigint): Ball {
    const key = `${name} ${this.bits}`;
    const known = constants.get(key);
    if (known !== undefined) return known;
    const places = this.bits + 16;
    const found = ball(compute(places), -places, BigInt(places) * 32n);
    if (constants.size > 64) constants.clear();
    constants.set(key, found);
    return found;
  }

  /** `undefined` if the result is too large or too small to be worth computing. */
  exp(x: Ball): Ball | undefined {
    if (x.middle === 0n && x.radius === 0n) return ONE;
    if (magnitude(x) > 21 || errorMagnitude(x) > 0) return undefined;
    this.work.spend(40 + (this.bits >> 2));
    const halvings = Math.ceil(Math.sqrt(this.bits) / 2);
    const places = this.bits + 2 * halvings + 32;
    const wide = new Balls(places + 32, this.work);
    const quotient = wide.#fixed(x, 32).value / wide.#fixed(wide.ln2(), 32).value;
    const reduced = wide.subtract(x, wide.multiply(ball(quotient), wide.ln2()));
    const { value, error } = wide.#fixed(reduced, places);
    const small = value >> BigInt(halvings);
    let term = 1n << BigInt(places);
    let sum = term;
    let count = 0n;
    for (let k = 1n; term !== 0n && term !== -1n; k++, count++) {
      term = ((term * small) >> BigInt(places)) / k;
      sum += term;
    }
    // Each squaring doubles the relative error, which began as that of the terms.
    let slack = count + 4n + (error >> BigInt(halvings)) + 1n;
    for (let k = 0; k < halvings; k++) {
      sum = (sum * sum) >> BigInt(places);
      slack = slack * 4n + 2n;
    }
    return this.round(ball(sum, Number(quotient) - places, slack * 4n));
  }

  /** The logarithm of a positive number; `undefined` if `x` may be 0 or negative. */
  ln(x: Ball): Ball | undefined {
    if (!isPositive(x)) return undefined;
    if (x.radius === 0n && x.middle === 1n && x.exponent === 0) return ZERO;
    const wide = new Balls(this.bits + 32, this.work);
    // x = m 2^k with m near 1.
    const k = bitLength(x.middle) + x.exponent;
    const m: Ball = ball(x.middle, x.exponent - k, x.radius);
    let y: Ball = fromNumber(Math.log(toNumber(m)));
    // ln m = y + ln(m / e^y), and ln(1 + d) = d - d^2/2 + ... closes in quadratically.
    for (let known = 45; ; known *= 2) {
      const grown = wide.exp(y);
      const ratio = grown && wide.divide(m, grown);
      if (ratio === undefined) return undefined;
      const d = wide.subtract(ratio, ONE);
      const next = wide.add(y, d);
      const error = magnitude(wide.multiply(d, d)) + 1;
      if (known * 2 > this.bits + 16 || errorMagnitude(d) > -known * 2) {
        const total = wide.add(widen(next, error), wide.multiply(ball(BigInt(k)), wide.ln2()));
        return this.round(total);
      }
      y = ball(next.middle, next.exponent);
    }
  }

  /** Sine and cosine. */
  sinCos(x: Ball): { sin: Ball; cos: Ball } | undefined {
    if (x.middle === 0n && x.radius === 0n) return { sin: ZERO, cos: ONE };
    if (magnitude(x) > 64 || errorMagnitude(x) > 0) return undefined;
    this.work.spend(40 + (this.bits >> 2));
    const places = this.bits + 32;
    const wide = new Balls(places + 80, this.work);
    const half = ball(wide.pi().middle, wide.pi().exponent - 1, wide.pi().radius);
    const quotient = nearest(wide.#fixed(x, 80).value, wide.#fixed(half, 80).value);
    const reduced = wide.subtract(x, wide.multiply(ball(quotient), half));
    const { value, error } = wide.#fixed(reduced, places);
    const amount = BigInt(places);
    const square = (value * value) >> amount;
    let [term, sin, count] = [value, value, 0n];
    for (let k = 2n; term !== 0n && term !== -1n; k += 2n, count++) {
      term = -((term * square) >> amount) / (k * (k + 1n));
      sin += term;
    }
    let even = 1n << amount;
    let cos = even;
    for (let k = 1n; even !== 0n && even !== -1n; k += 2n, count++) {
      even = -((even * square) >> amount) / (k * (k + 1n));
      cos += even;
    }
    const slack = 2n * count + error + 8n;
    const [s, c] = [ball(sin, -places, slack), ball(cos, -places, slack)];
    const turns = Number(((quotient % 4n) + 4n) % 4n);
    const [sine, cosine] = [
      [s, c],
      [c, this.negate(s)],
      [this.negate(s), this.negate(c)],
      [this.negate(c), s],
    ][turns] as [Ball, Ball];
    return { sin: this.round(sine), cos: this.round(cosine) };
  }

  /** The angle between -π/2 and π/2 whose tangent is `x`. */
  atan(x: Ball): Ball | undefined {
    if (x.middle === 0n && x.radius === 0n) return ZERO;
    const wide = new Balls(this.bits + 32, this.work);
    if (magnitude(x) > 30) {
      const inverse = wide.divide(ONE, x);
      const other = inverse && wide.atan(inverse);
      if (other === undefined) return undefined;
      const pi = wide.pi();
      const half = ball(isNegative(x) ? -pi.middle : pi.middle, pi.exponent - 1, pi.radius);
      return this.round(wide.subtract(half, other));
    }
    let y: Ball = fromNumber(Math.atan(toNumber(x)));
    // atan x = y + atan((x - tan y) / (1 + x tan y)), and atan d = d - d^3/3 + ...
    for (let known = 45; ; known *= 3) {
      const at = wide.sinCos(y);
      if (at === undefined) return undefined;
      const over = wide.subtract(wide.multiply(x, at.cos), at.sin);
      const under = wide.add(at.cos, wide.multiply(x, at.sin));
      const d = wide.divide(over, under);
      if (d === undefined) return undefined;
      const next = wide.add(y, d);
      const error = magnitude(wide.multiply(d, wide.multiply(d, d)));
      if (known * 3 > this.bits + 16 || errorMagnitude(d) > -known * 3)
        return this.round(widen(next, error));
      y = ball(next.middle, next.exponent);
    }
  }
}

const larger = (x: bigint, y: bigint): bigint => (x > y ? x : y);

const constants = new Map<string, Ball>();

const widen = (x: Ball, error: number): Ball => {
  const by = error - x.exponent;
  return ball(x.middle, x.exponent, x.radius + (by <= 0 ? 1n : 1n << BigInt(by)));
};

/** `2^places` times the arc tangent of `1/n`, or its hyperbolic kin; off by at most a unit per term. */
function inverseTangent(n: bigint, places: number, hyperbolic = false): bigint {
  const square = n * n;
  let power = (1n << BigInt(places)) / n;
  let sum = power;
  for (let k = 3n; power !== 0n; k += 2n) {
    power /= square;
    sum += hyperbolic || k % 4n === 1n ? power / k : -(power / k);
  }
  return sum;
}

function nearest(x: bigint, y: bigint): bigint {
  const doubled = 2n * x + (x < 0n ? -y : y);
  return doubled / (2n * y);
}

/** The nearest double or so; a starting point, never a result. */
export function toNumber({ middle, exponent }: Ball): number {
  const excess = Math.max(0, bitLength(middle) - 60);
  return Number(middle >> BigInt(excess)) * 2 ** (exponent + excess);
}

function fromNumber(x: number): Ball {
  if (x === 0) return ZERO;
  const exponent = Math.floor(Math.log2(Math.abs(x))) - 52;
  return ball(BigInt(Math.round(x * 2 ** -exponent)), exponent);
}
