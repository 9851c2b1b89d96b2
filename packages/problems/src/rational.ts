// Exact rational numbers over BigInt, always in lowest terms with a positive denominator.

import { ensure } from "./errors.js";

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const toBigInt = (value: bigint | number): bigint => {
  ensure(
    typeof value === "bigint" || Number.isSafeInteger(value),
    () => `rational: expected a safe integer or a bigint, found ${String(value)}`,
  );
  return BigInt(value);
};

/** An exact fraction. Immutable. */
export class Rational {
  private constructor(
    readonly numerator: bigint,
    readonly denominator: bigint,
  ) {}

  /** `numerator / denominator` in lowest terms. */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
    const [n, d] = [toBigInt(numerator), toBigInt(denominator)];
    ensure(d !== 0n, () => "rational: expected a denominator other than 0");
    if (d === 1n) return new Rational(n, d);
    const sign = d < 0n ? -1n : 1n;
    const common = gcd(n, d * sign) * sign;
    return new Rational(n / common, d / common);
  }

  get isInteger(): boolean {
    return this.denominator === 1n;
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  add(other: Rational): Rational {
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

  /** @throws {@link ProblemsError} with code `ERR_ARGUMENT` when `other` is 0. */
  divide(other: Rational): Rational {
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  negate(): Rational {
    return new Rational(-this.numerator, this.denominator);
  }

  equals(other: Rational): boolean {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  /** `7`, `-3/4`. */
  toString(): string {
    return this.isInteger ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }

  toJSON(): string {
    return this.toString();
  }
}
