// Exact rational numbers: what a number in a text is worth, without rounding.

import { ensure, TokenizerError } from "../errors.js";
import { checkText, described } from "../options.js";

/** An exact fraction in lowest terms with a positive denominator. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * A numerator or denominator has at most this many decimal digits. It bounds what a text such
 * as `1e999999999` can cost.
 */
export const MAX_DIGITS = 10_000;

function gcd(a: bigint, b: bigint): bigint {
  // Doubles while they are exact: most numbers are small, and BigInt allocates at each step.
  while (b > 0xfffffffffffffn) [a, b] = [b, a % b];
  if (b === 0n) return a;
  let x = Number(b);
  let y = Number(a % b);
  while (y !== 0) [x, y] = [y, x % y];
  return BigInt(x);
}

function checkBigInt(value: unknown, name: string): void {
  ensure(
    typeof value === "bigint",
    "ERR_ARGUMENT",
    () => `${name} must be a bigint, such as 5n, and is ${described(value)}`,
  );
}

/** What others than {@link rational} made may have a type only. */
function checkRational(value: unknown, name = "value"): void {
  const { numerator, denominator } = (value ?? {}) as {
    numerator?: unknown;
    denominator?: unknown;
  };
  if (typeof numerator === "bigint" && typeof denominator === "bigint" && denominator > 0n) return;
  const found =
    typeof value !== "object" || value === null
      ? `is ${described(value)}`
      : typeof numerator !== "bigint"
        ? `its numerator is ${described(numerator)}`
        : `its denominator is ${typeof denominator === "bigint" ? denominator : described(denominator)}`;
  throw new TokenizerError(
    "ERR_ARGUMENT",
    `${name} must be a rational, of a bigint numerator and a bigint denominator above 0, and ${found}`,
  );
}

/**
 * `numerator / denominator` in lowest terms.
 *
 * @throws TokenizerError `ERR_NUMBER` if the denominator is zero, `ERR_ARGUMENT` for what is no bigint.
 */
export function rational(numerator: bigint, denominator = 1n): Rational {
  checkBigInt(numerator, "numerator");
  checkBigInt(denominator, "denominator");
  ensure(
    denominator !== 0n,
    "ERR_NUMBER",
    () => `expected a denominator other than 0 in ${numerator}/0`,
  );
  if (denominator === 1n) return { numerator, denominator };
  if (denominator < 0n) [numerator, denominator] = [-numerator, -denominator];
  const common = gcd(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

/** `digits * 10 ** exponent`, or `undefined` if that has more than {@link MAX_DIGITS} digits. */
export function decimal(digits: string, exponent: number): Rational | undefined {
  const significant = digits.replace(/^0+/, "");
  if (significant === "") return { numerator: 0n, denominator: 1n };
  if (significant.length + Math.max(exponent, 0) > MAX_DIGITS || exponent < -MAX_DIGITS) {
    return undefined;
  }
  const numerator = BigInt(significant);
  if (exponent >= 0) return { numerator: numerator * 10n ** BigInt(exponent), denominator: 1n };
  return rational(numerator, 10n ** BigInt(-exponent));
}

/**
 * Reads `-12`, `0.50`, `1.5e-3` or `3/4`: ASCII digits, an optional sign, nothing around.
 *
 * @throws TokenizerError `ERR_NUMBER` if `text` is something else, or has more than
 * {@link MAX_DIGITS} digits when written out.
 */
export function parseRational(text: string): Rational {
  checkText(text);
  const decimals = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = "", places = "", exponent = "0"] = decimals ?? [];
  const quotient = decimals ? null : /^([+-]?)(\d+)\/(\d+)$/.exec(text);
  let value: Rational | undefined;
  if (decimals) value = decimal(whole + places, Number(exponent) - places.length);
  else if (quotient) value = quotientOf(quotient[2] as string, quotient[3] as string);
  if (value) return (sign ?? quotient?.[1]) === "-" ? negate(value) : value;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new TokenizerError(
    "ERR_NUMBER",
    decimals || quotient
      ? `expected at most ${MAX_DIGITS} digits and no denominator 0, found "${shown}"`
      : `expected a number such as -12, 0.5, 1.5e-3 or 3/4, found "${shown}"`,
  );
}

/** The quotient of two runs of ASCII digits; `undefined` if too long or if the denominator is 0. */
export function quotientOf(numerator: string, denominator: string): Rational | undefined {
  if (numerator.length > MAX_DIGITS || denominator.length > MAX_DIGITS) return undefined;
  const below = BigInt(denominator);
  return below === 0n ? undefined : rational(BigInt(numerator), below);
}

/** @throws TokenizerError `ERR_ARGUMENT` for what is no {@link Rational}, as all below. */
export function negate(value: Rational): Rational {
  checkRational(value);
  return { numerator: -value.numerator, denominator: value.denominator };
}

function checkBoth(a: unknown, b: unknown): void {
  checkRational(a, "a");
  checkRational(b, "b");
}

export function add(a: Rational, b: Rational): Rational {
  checkBoth(a, b);
  return rational(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export function multiply(a: Rational, b: Rational): Rational {
  checkBoth(a, b);
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Whether two fractions in lowest terms are the same number. */
export function equalRationals(a: Rational, b: Rational): boolean {
  checkBoth(a, b);
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

/** Negative if `a < b`, zero if they are equal, positive if `a > b`. */
export function compareRationals(a: Rational, b: Rational): number {
  checkBoth(a, b);
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What {@link parseRational} reads back: `"3/4"`, or `"-12"` for a whole number. */
export function rationalToString(value: Rational): string {
  checkRational(value);
  const { numerator, denominator } = value;
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}

/** Whether {@link toDecimalString} gives all digits of a fraction in lowest terms. */
export function isExactDecimal(value: Rational, maxPlaces = 20): boolean {
  checkRational(value);
  checkPlaces(maxPlaces);
  return 10n ** BigInt(maxPlaces) % value.denominator === 0n;
}

function checkPlaces(maxPlaces: number): void {
  ensure(
    Number.isInteger(maxPlaces) && maxPlaces >= 0 && maxPlaces <= MAX_DIGITS,
    "ERR_ARGUMENT",
    () => `expected maxPlaces to be an integer from 0 to ${MAX_DIGITS}, found ${String(maxPlaces)}`,
  );
}

/**
 * The decimal expansion, cut (not rounded) after `maxPlaces` places: `1/8` gives `"0.125"`,
 * `2/3` with 4 places `"0.6666"`. Trailing zeros are left out. {@link isExactDecimal} tells
 * whether anything was cut.
 */
export function toDecimalString(value: Rational, maxPlaces = 20): string {
  checkRational(value);
  checkPlaces(maxPlaces);
  const { numerator, denominator } = value;
  const size = numerator < 0n ? -numerator : numerator;
  const scaled = ((size * 10n ** BigInt(maxPlaces)) / denominator).toString();
  const digits = scaled.padStart(maxPlaces + 1, "0");
  const point = digits.length - maxPlaces;
  const places = digits.slice(point).replace(/0+$/, "");
  const shown = digits.slice(0, point) + (places && `.${places}`);
  return numerator < 0n && shown !== "0" ? `-${shown}` : shown;
}
