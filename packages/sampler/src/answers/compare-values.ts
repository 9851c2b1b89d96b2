// Compares numbers with what stood beside them.

import { Enclosure } from "../exact/enclose.js";
import { Rational } from "../exact/rational.js";
import { sameValue, type Verdict } from "../exact/same-value.js";
import { divide, integer, multiply, rational, type Term } from "../exact/term.js";
import type { Work } from "../exact/work.js";
import type { Value } from "./answer.js";
import { compatible, isNone } from "./units.js";
import { type Context, is } from "./verdicts.js";

/**
 * Numbers with what stood beside them. A unit, percent sign or base that only one has makes no difference; with both,
 * it is what they come to that counts.
 */
export function compareMeasured(a: Value, b: Value, context: Context): Verdict {
  if (a.percent === true || b.percent === true) {
    if (!compatible(a.unit, b.unit)) return "unequal";
    const as = compareTerms(a.term, b.term, context);
    if (as === "equal" || (a.percent === true && b.percent === true)) return as;
    const [percent, plain] = a.percent === true ? [a.term, b.term] : [b.term, a.term];
    const of = compareTerms(divide(percent, integer(100)), plain, context);
    return of === "equal" || as === "unequal" ? of : as;
  }
  if (!compatible(a.unit, b.unit)) return "unequal";
  const [x, y] = [a.unit, b.unit];
  if (x !== undefined && y !== undefined && !isNone(x) && !isNone(y)) {
    if (x.factor.equals(y.factor)) return compareTerms(a.term, b.term, context);
    return compareTerms(
      multiply(rational(x.factor), a.term),
      multiply(rational(y.factor), b.term),
      context,
    );
  }
  const plain = compareTerms(a.term, b.term, context);
  if (plain === "equal") return plain;
  const only = x ?? y;
  // 30° is π/6 as well as a bare 30.
  if (only?.dimension === "degree^1" && (x === undefined || y === undefined)) {
    const [degrees, other] = x === undefined ? [b.term, a.term] : [a.term, b.term];
    const radians = multiply(divide(degrees, integer(180)), { op: "constant", name: "pi" });
    if (compareTerms(radians, other, context) === "equal") return "equal";
  }
  const [based, unbased] = a.based !== undefined ? [a, b] : [b, a];
  if (based.based !== undefined && unbased.based === undefined && unbased.term.op === "rational") {
    if (unbased.term.value.toString() === based.based.digits) return "equal";
  }
  return plain;
}

/** Two terms, rounded if that is asked for. */
export function compareTerms(a: Term, b: Term, context: Context): Verdict {
  const { verdict } = sameValue(a, b, context.work);
  if (verdict === "equal" || context.rounding === undefined) return verdict;
  // Only what was written as a decimal may be an approximation.
  if (!isDecimal(a) && !isDecimal(b)) return verdict;
  const [x, y] = [
    rounded(a, context.rounding, context.work),
    rounded(b, context.rounding, context.work),
  ];
  if (x === undefined || y === undefined) return verdict;
  // What rounds to 0 says nothing about how small it is.
  return x.isZero || y.isZero ? verdict : is(x.equals(y));
}

/** A number with finitely many decimals, and at least one. */
function isDecimal(term: Term): boolean {
  if (term.op !== "rational" || term.value.isInteger) return false;
  let rest = term.value.denominator;
  while (rest % 10n === 0n) rest /= 10n;
  while (rest % 2n === 0n) rest /= 2n;
  while (rest % 5n === 0n) rest /= 5n;
  return rest === 1n;
}

/** A real number rounded to decimal places; `undefined` if it isn't known to which side of a half it lies. */
function rounded(term: Term, places: number, work: Work): Rational | undefined {
  if (term.op === "rational") return term.value.round(places);
  const found = new Enclosure(128 + 4 * places, work).of(term);
  if (found === undefined || found.im !== undefined) return undefined;
  const { middle, radius, exponent } = found.re;
  if (Math.abs(exponent) > 4096) return undefined;
  const scaleBy =
    exponent < 0 ? Rational.of(1n, 1n << BigInt(-exponent)) : Rational.of(1n << BigInt(exponent));
  const [low, high] = [middle - radius, middle + radius].map((end) =>
    Rational.of(end).multiply(scaleBy).round(places),
  );
  return low !== undefined && high !== undefined && low.equals(high) ? low : undefined;
}
