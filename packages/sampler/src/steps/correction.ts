// What would be right in place of a wrong number.

import { Rational } from "../exact/rational.js";
import type { Piece, Side } from "./side.js";
import { sideValue } from "./value.js";

export interface Correction {
  /** First character of the wrong number, or of the whole result. */
  readonly start: number;
  /** One after its last character. */
  readonly end: number;
  /** What makes both sides equal: a whole number, a decimal that ends where one was written, else a fraction. */
  readonly text: string;
}

/** More places are written as a fraction. */
const mostPlaces = 10;
const numberText = /\d[\d,]*(?:\.\d+)?|\.\d+/g;

interface Place {
  readonly start: number;
  readonly end: number;
  /** Among the pieces of its side. */
  readonly index: number;
  readonly piece: Piece;
}

/**
 * Which number of the right side was meant to be another, if one can be said to be: the result, if that is a number; the only one that
 * the left side doesn't have; else the last that can be mended, in a fraction the numerator first.
 *
 * @param right  of an equality that is false, with numbers only
 */
export function correctionOf(line: string, left: Side, right: Side): Correction | undefined {
  if (left.percents + right.percents > 0) return undefined;
  const value = sideValue(left);
  const places = placesOf(line, right);
  if (value === undefined || places === undefined) return undefined;
  const [first] = places;
  if (first !== undefined && places.length === 1 && right.operators === 0) {
    return left.operators === 0 ? undefined : result(line, value, first, right);
  }
  for (const place of inOrder(places, left, right)) {
    const number = solvedFor(place, value, right);
    if (number === undefined || number === place.piece.text) continue;
    return { start: place.start, end: place.end, text: number };
  }
  return undefined;
}

/** In place of a number with its sign, and without what stands around it: `$`, `\\boxed{}`, words. */
function result(line: string, value: Rational, { start, end, piece }: Place, side: Side) {
  const isNegative = side.pieces[0]?.kind === "operator" && side.pieces[0].text === "-";
  const sign = isNegative ? /[-−]\s*$/.exec(line.slice(0, start)) : null;
  if (isNegative && sign === null) return undefined;
  const text =
    piece.decimals > 0 ? (decimalOf(value) ?? rounded(value, piece.decimals)) : undefined;
  return { start: sign?.index ?? start, end, text: text ?? value.toString() };
}

/** To some places, halves away from zero. */
function rounded({ numerator, denominator }: Rational, places: number): string | undefined {
  const scaled = numerator * 10n ** BigInt(places) * 2n;
  const half = scaled < 0n ? -denominator : denominator;
  const units = (scaled + half) / (2n * denominator);
  return decimalOf(Rational.of(units, 10n ** BigInt(places)));
}

/** Where the numbers of a side stand; `undefined` if that can't be told. */
function placesOf(line: string, { start, end, pieces }: Side): Place[] | undefined {
  const numbers = pieces.flatMap((piece, index) =>
    piece.kind === "number" ? [{ piece, index }] : [],
  );
  const found = [...line.slice(start, end).matchAll(numberText)];
  if (found.length !== numbers.length) return undefined;
  return numbers.map((number, i) => {
    const { 0: text, index } = found[i] as RegExpExecArray;
    return { ...number, start: start + index, end: start + index + text.length };
  });
}

function inOrder(places: readonly Place[], left: Side, right: Side): readonly Place[] {
  if (isFraction(right)) return places;
  const known = new Set(left.pieces.map(({ text }) => text));
  const fresh = places.filter(({ piece }) => !known.has(piece.text));
  return fresh.length === 1 ? fresh : [...places].reverse();
}

function isFraction({ pieces }: Side): boolean {
  const kinds = pieces.map(({ kind, text }) => (kind === "operator" ? text : kind)).join(" ");
  return /^(- )?number \/ number$/.test(kinds);
}

/** The number that makes a side equal to `value`, if the side is linear in it, or in its inverse. */
function solvedFor({ index, piece }: Place, value: Rational, side: Side): string | undefined {
  const at = (number: Rational): Rational | undefined => {
    const text = decimalOf(number);
    if (text === undefined) return undefined;
    const pieces = side.pieces.map((each, i) => (i === index ? { ...each, text } : each));
    return sideValue({ ...side, pieces });
  };
  const [one, two, four] = [1, 2, 4].map((n) => at(Rational.of(BigInt(n))));
  if (one === undefined || two === undefined || four === undefined) return undefined;
  const slope = two.subtract(one);
  if (slope.isZero) return undefined;
  const isLinear = four.subtract(two).equals(slope.add(slope));
  const isInverse = two.subtract(four).equals(one.subtract(two).divide(Rational.of(2n)));
  // f(n) = one + slope (n - 1), or c + d / n with d = 2 (one - two).
  const d = one.subtract(two).multiply(Rational.of(2n));
  const rest = value.subtract(one.subtract(d));
  const found = isLinear
    ? value.subtract(one).divide(slope).add(Rational.one)
    : isInverse && !rest.isZero
      ? d.divide(rest)
      : undefined;
  if (found === undefined || found.compare(Rational.of(0n)) < 0) return undefined;
  if (piece.decimals <= 0) return found.denominator === 1n ? found.toString() : undefined;
  return decimalOf(found);
}

/** As a whole number or a decimal that ends; `undefined` if there is none with few places. */
export function decimalOf({ numerator, denominator }: Rational): string | undefined {
  for (let places = 0; places <= mostPlaces; places++) {
    const scale = 10n ** BigInt(places);
    if ((numerator * scale) % denominator !== 0n) continue;
    const scaled = (numerator * scale) / denominator;
    const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places);
    return `${scaled < 0n ? "-" : ""}${whole}${places === 0 ? "" : `.${digits.slice(-places)}`}`;
  }
  return undefined;
}
