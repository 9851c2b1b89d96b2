// When a number that isn't equal still says the same: rounded to the digits that are written.

import { Rational } from "../exact/rational.js";

const half = Rational.of(1, 2);
const one = Rational.of(1);
const hundred = Rational.of(100);

/** Whether `written` is `exact` rounded to `decimals` digits after the point, halves to either side; with dots also cut off. */
export function isRounded(
  exact: Rational,
  written: Rational,
  decimals: number,
  cut = false,
): boolean {
  const difference = exact.subtract(written).abs();
  const step = unit(decimals);
  return (
    difference.compare(step.multiply(half)) <= 0 ||
    (cut && difference.compare(step) < 0 && written.abs().compare(exact.abs()) < 0)
  );
}

/** 10^-decimals; `decimals` may be negative. */
function unit(decimals: number): Rational {
  const power = Rational.of(10n ** BigInt(Math.min(Math.abs(decimals), 400)));
  return decimals < 0 ? power : one.divide(power);
}

/** Whether the decimal digits end. */
export function terminates(value: Rational): boolean {
  let rest = value.denominator;
  while (rest % 10n === 0n) rest /= 10n;
  while (rest % 2n === 0n) rest /= 2n;
  while (rest % 5n === 0n) rest /= 5n;
  return rest === 1n;
}

/** Within one of the last digit that is written, trailing zeros of a whole number left out. */
export function isNear(exact: Rational, written: Rational, decimals: number): boolean {
  let place = decimals;
  if (decimals === 0 && written.isInteger && !written.isZero) {
    let rest = written.numerator;
    while (rest % 10n === 0n) {
      rest /= 10n;
      place--;
    }
  }
  return exact.subtract(written).abs().compare(unit(place)) < 0;
}

/** Within so many percent: too far to be called right, too near to be called wrong where numbers may be rounded. */
export function isClose(exact: Rational, written: Rational, percent: number): boolean {
  const difference = exact.subtract(written).abs().multiply(hundred);
  return difference.compare(exact.abs().multiply(Rational.of(percent))) <= 0;
}

/** A whole number next to `exact`, as when only whole things count. */
export function isNextWhole(exact: Rational, written: Rational): boolean {
  return written.isInteger && exact.subtract(written).abs().compare(one) < 0;
}
