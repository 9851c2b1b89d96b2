// Readings of two sides, other than the plain one, in which they are equal.

import { Rational } from "../exact/rational.js";
import { evaluateExact } from "../expression/evaluate.js";
import { isRounded, terminates } from "./rounding.js";
import { literalDecimals, plainly, type Reading, render, type Side, unitsOf } from "./side.js";
import { parse, sideValue } from "./value.js";

export type OtherReading = Reading["percent"] | "units" | "dash" | "tight" | "unscaled";

export function roundedEitherWay(a: Side, left: Rational, b: Side, other: Rational): boolean {
  return rounded(b, other, left) || rounded(a, left, other);
}

/** Whether `side` is one number with digits after the point, or a percentage, that rounds `exact`. */
function rounded(side: Side, value: Rational, exact: Rational): boolean {
  const decimals = literalDecimals(side);
  if (decimals === -1) return false;
  const places = decimals + (side.percents > 0 ? 2 : 0);
  return (
    places > 0 && isRounded(exact, value, places, side.dots || (decimals > 1 && !terminates(exact)))
  );
}

export function equalInAnotherReading(a: Side, b: Side): OtherReading | undefined {
  const agree = (reading: Reading): boolean => {
    const [left, other] = [sideValue(a, reading), sideValue(b, reading)];
    if (left === undefined || other === undefined) return false;
    return left.equals(other) || roundedEitherWay(a, left, b, other);
  };
  const plain: Reading = plainly;
  if (a.percents + b.percents > 0) {
    if (agree({ ...plain, percent: "dropped" })) return "dropped";
    const [left, other] = [ofBefore(a) ?? sideValue(a), ofBefore(b) ?? sideValue(b)];
    if (
      left !== undefined &&
      other !== undefined &&
      (left.equals(other) || roundedEitherWay(a, left, b, other))
    ) {
      return "of-before";
    }
  }
  if ((a.dash || b.dash) && agree({ ...plain, dropDash: true })) return "dash";
  if (hasTwoStrokes(a) || hasTwoStrokes(b)) {
    if (agree({ ...plain, tight: true })) return "tight";
  }
  if ([...a.pieces, ...b.pieces].some((piece) => piece.unscaled !== undefined)) {
    if (agree({ ...plain, unscaled: true })) return "unscaled";
  }
  const units = [...unitsOf(a), ...unitsOf(b)];
  if (units.length > 0) {
    const [left, other] = [
      sideValue(a, { ...plain, units: true }),
      sideValue(b, { ...plain, units: true }),
    ];
    if (left === undefined || other === undefined) return undefined;
    if (left.equals(other)) return "units";
    if (unitsOf(a).length > 0 && unitsOf(b).length > 0) return undefined;
    for (const unit of units) {
      const factor = Rational.of(unit.numerator, unit.denominator);
      if (left.equals(other.multiply(factor)) || other.equals(left.multiply(factor)))
        return "units";
    }
  }
  return undefined;
}

/** A stroke after another. */
function hasTwoStrokes({ pieces }: Side): boolean {
  return pieces.some((piece, at) => piece.text === "/" && pieces[at - 2]?.text === "/");
}

/** `50 + 10%` as 10% more than 50. */
function ofBefore(side: Side): Rational | undefined {
  const [sign, number, percent] = side.pieces.slice(-3);
  if (percent?.kind !== "percent" || number?.kind !== "number") return undefined;
  if (sign?.text !== "+" && sign?.text !== "-") return undefined;
  const before = render({ ...side, pieces: side.pieces.slice(0, -3) });
  const tree = before === "" ? undefined : parse(`(${before})*(1${sign.text}${number.text}/100)`);
  return tree === undefined ? undefined : evaluateExact(tree);
}

export function wordsOf(reading: OtherReading): string {
  switch (reading) {
    case "hundredth":
    case "dropped":
      return "the percent sign is a label";
    case "of-before":
      return "the percentage is of what stands before it";
    case "units":
      return "the units are converted";
    case "tight":
      return "fractions are divided";
    case "unscaled":
      return "the scale is a label";
    case "dash":
      return "the dash is no minus";
    default:
      return reading satisfies never;
  }
}
