// Why two sides that differ may be no mistake.

import { Rational } from "../exact/rational.js";
import type { Link } from "./chains.js";
import type { Surroundings } from "./judgement.js";
import { isClose, isRounded } from "./rounding.js";
import { literal, literalDecimals, type Side, unitsOf } from "./side.js";
import { isLooseRatio } from "./units.js";
import { shorterValue } from "./value.js";

/** `undefined` when there is no doubt that the difference is a mistake. */
export function doubtOf(
  link: Link,
  a: Side,
  b: Side,
  left: Rational,
  other: Rational,
  around: Surroundings,
): string | undefined {
  const doubt = a.doubt ?? b.doubt;
  if (doubt !== undefined) return doubt;
  if (around.asks) return "it is asked";
  if (around.denies) return "it may be supposed or denied";
  if (around.other) return "another arithmetic may be meant";
  const [one, two] = [literal(a), literal(b)];
  if (one !== undefined && two !== undefined && areAmounts(a, b)) return undefined;
  if (link.first && one !== undefined && (a.words || a.afterWord))
    return "a number after a word may be its label";
  const shorter = shorterValue(b) ?? shorterValue(a);
  if (shorter?.equals(left) || shorter?.equals(other)) return "the sides may end before a dash";
  if (one !== undefined && two !== undefined) {
    if (around.supposes) return "it may be supposed or denied";
    if (a.words || b.words || one.units !== undefined || two.units !== undefined)
      return "one may stand for the other";
    if (a.percents !== b.percents) return "a percentage of something may be meant";
  }
  if (around.annotated) return undefined;
  if (isShare(a, left, b, other, around)) return "a share of something may be meant";
  if (link.goesOn && startsWith(b, left)) return "the equals sign runs on to the next operation";
  if (around.words.size > 0 && !left.isZero && !other.isZero) {
    const { numerator, denominator } = left.divide(other);
    // "In thousands" may stand anywhere; hours and feet stand beside their number, not in a label before.
    const large = numerator >= 1000n || denominator >= 1000n;
    const beside = around.tokens.filter(({ start }) => large || start >= a.start);
    if (isLooseRatio(numerator, denominator, new Set(beside.map(({ text }) => text)))) {
      return "a unit or a percentage may be left out";
    }
  }
  if (mayBeRounded(a, left, b, other)) return "an operand may be rounded";
  return undefined;
}

/** Two amounts in different units of one dimension. */
function areAmounts(a: Side, b: Side): boolean {
  const [ours, others] = [unitsOf(a), unitsOf(b)];
  const [x, y] = [ours[0], others[0]];
  if (ours.length !== 1 || others.length !== 1 || x === undefined || y === undefined) return false;
  return x.dimension === y.dimension && x !== y && a.pieces.length === 1 && b.pieces.length === 1;
}

/** A proper fraction or a percentage alone, beside words or an amount: `1/3 = 10 apples`. */
function isShare(
  side: Side,
  value: Rational,
  b: Side,
  other: Rational,
  around: Surroundings,
): boolean {
  if (value.compare(Rational.one) >= 0) return false;
  const amount = other.compare(Rational.one) >= 0;
  const fraction = side.pieces.length === 3 && side.pieces[1]?.text === "/" && side.pieces[1].tight;
  const words = [...around.words].some((word) => word.length > 1);
  if (fraction && side.pieces[0]?.decimals === 0) {
    return amount && (literal(b) !== undefined || unitsOf(b).length > 0);
  }
  return (
    side.percents > 0 && side.operators === 0 && (words || (amount && literal(b) !== undefined))
  );
}

/** Whether the first operand of `side` is `value`. */
function startsWith(side: Side, value: Rational): boolean {
  const [first, sign] = side.pieces;
  if (first?.kind !== "number" || sign?.kind !== "operator") return false;
  const number = Rational.fromDecimal(first.text);
  return number?.equals(value) ?? false;
}

/** Whether a side that is calculated from rounded numbers is as near as that makes it. */
function mayBeRounded(a: Side, left: Rational, b: Side, other: Rational): boolean {
  if (literal(b) === undefined) return roundedOperands(b) && isClose(left, other, 2);
  return (
    roundedOperands(a) &&
    literalDecimals(b) === 0 &&
    isRounded(left, other, 0) &&
    isClose(left, other, 2)
  );
}

/** Digits that look like those of a third, a sixth and so on. */
function roundedOperands(side: Side): boolean {
  return side.pieces.some(
    (piece) =>
      piece.kind === "number" &&
      piece.decimals >= 2 &&
      /(?:33|66|67|16|17|83|14|43|57|71|86|11|22|44|55|56|77|78|88|89)$/.test(piece.text),
  );
}
