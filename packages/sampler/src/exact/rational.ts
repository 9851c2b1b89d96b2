// Exact rational numbers over BigInt, always in lowest terms with a positive denominator.

import { ensure } from "../errors.js";
import { absolute, bitLength, exactRoot, gcd } from "./integer.js";

/** No numerator or denominator that `pow` gives has more binary digits. 5000! has 54,000. */
export const MAX_BITS = 1 << 16;

/** An exact fraction. Immutable. */
export class Rational {
  static readonly zero = new Rational(0n, 1n);
  static readonly one = new Rational(1n, 1n);

  private constructor(
    readonly numerator: bigint,
    /** More than 0. */
    readonly denominator: bigint,
  ) {}

  /**
   * `numerator / denominator` in lowest terms.
   *
   * @throws {@link SamplerError} with code `ERR_ARGUMENT` for a denominator of 0 or a number that isn't a safe integer.
   */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
    const [n, d] = [toBigInt(numerator), toBigInt(denominator)];
    ensure(d !== 0n, "ERR_ARGUMENT", () => "Rational: expected a denominator other than 0");
    if (d === 1n) return new Rational(n, d);
    const common = gcd(n, d) * (d < 0n ? -1n : 1n);
    return new Rational(n / common, d / common);
  }

  /** Reads `-12`, `0.25`, `.5`, `1.5e-3`; anything else, or an exponent past ±4000, is `undefined`. */
  static fromDecimal(text: string): Rational | undefined {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
    if (match === null) return undefined;
    const [, sign, whole = "", part = "", power = "0"] = match;
    const exponent = Number(power) - part.length;
    if (whole + part === "" || Math.abs(Number(power)) > 4000) return undefined;
    const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
    const scale = 10n ** BigInt(Math.abs(exponent));
    return exponent < 0 ? Rational.of(digits, scale) : Rational.of(digits * scale);
  }

  get isInteger(): boolean {
    return this.denominator === 1n;
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.numerator < 0n ? -1 : this.numerator > 0n ? 1 : 0;
  }

  /** Binary digits of the longer of numerator and denominator. */
  get bits(): number {
    return Math.max(bitLength(this.numerator), bitLength(this.denominator));
  }

  add(other: Rational): Rational {
    if (this.denominator === other.denominator) {
      return Rational.of(this.numerator + other.numerator, this.denominator);
    }
    return Rational.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  subtract(other: Rational): Rational {
    return this.add(other.negate());
  }

  multiply(other: Rational): Rational {
    return Rational.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  /** @throws {@link SamplerError} with code `ERR_ARGUMENT` when `other` is 0. */
  divide(other: Rational): Rational {
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  negate(): Rational {
    return new Rational(-this.numerator, this.denominator);
  }

  abs(): Rational {
    return this.numerator < 0n ? this.negate() : this;
  }

  /**
   * This to the power of `exponent`. `undefined` for 0 to a negative power, for a root that isn't rational,
   * and when the result could have more than `maxBits` binary digits: then nothing is computed.
   */
  pow(exponent: Rational | bigint | number, maxBits: number = MAX_BITS): Rational | undefined {
    const power = exponent instanceof Rational ? exponent : Rational.of(exponent);
    if (this.isZero)
      return power.sign > 0 ? Rational.zero : power.isZero ? Rational.one : undefined;
    if (!power.isInteger) {
      if (power.denominator > 64n) return undefined;
      return this.root(Number(power.denominator))?.pow(power.numerator, maxBits);
    }
    const size = absolute(power.numerator);
    if (this.denominator === 1n && absolute(this.numerator) === 1n) {
      return this.numerator === 1n || size % 2n === 0n ? Rational.one : this;
    }
    if (size > BigInt(maxBits) || this.bits * Number(size) > maxBits) return undefined;
    const [n, d] = [this.numerator ** size, this.denominator ** size];
    if (power.sign >= 0) return new Rational(n, d);
    return n < 0n ? new Rational(-d, -n) : new Rational(d, n);
  }

  /** The `n`th root if it is rational: the positive one for even `n`, the real one for odd `n`. */
  root(n: number): Rational | undefined {
    if (this.numerator < 0n && n % 2 === 0) return undefined;
    const top = exactRoot(absolute(this.numerator), n);
    const bottom = top === undefined ? undefined : exactRoot(this.denominator, n);
    if (top === undefined || bottom === undefined) return undefined;
    return new Rational(this.numerator < 0n ? -top : top, bottom);
  }

  /** Negative when this is less than `other`, 0 when equal, positive when greater. */
  compare(other: Rational): number {
    const difference = this.numerator * other.denominator - other.numerator * this.denominator;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  equals(other: Rational): boolean {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  /** The largest integer that is not above this. */
  floor(): bigint {
    const quotient = this.numerator / this.denominator;
    return this.numerator < 0n && !this.isInteger ? quotient - 1n : quotient;
  }

  /** The smallest integer that is not below this. */
  ceil(): bigint {
    return -this.negate().floor();
  }

  /** Rounded to `digits` after the decimal point, halves away from 0. */
  round(digits = 0): Rational {
    const scale = Rational.of(10n ** BigInt(Math.abs(digits)));
    const scaled = digits < 0 ? this.abs().divide(scale) : this.abs().multiply(scale);
    const whole = Rational.of(scaled.add(Rational.of(1, 2)).floor());
    const rounded = digits < 0 ? whole.multiply(scale) : whole.divide(scale);
    return this.numerator < 0n ? rounded.negate() : rounded;
  }

  /** The nearest double, more or less: for display, never for comparison. */
  toNumber(): number {
    const shift = Math.max(0, bitLength(this.denominator) - bitLength(this.numerator) + 64);
    const scaled = (this.numerator << BigInt(shift)) / this.denominator;
    return Number(scaled) * 2 ** -shift;
  }

  /** `7`, `-3/4`. */
  toString(): string {
    return this.isInteger ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function toBigInt(value: bigint | number): bigint {
  if (typeof value === "bigint") return value;
  ensure(
    Number.isSafeInteger(value),
    "ERR_ARGUMENT",
    () => `Rational: expected a safe integer or a bigint, found ${String(value)}`,
  );
  return BigInt(value);
}
