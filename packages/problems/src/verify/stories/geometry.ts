// Reads sizes of rectangles, triangles and boxes.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, sumOf, unreadable } from "./text.js";

const TWO = Rational.of(2);
const PAIR = /(\d+) by (\d+)/g;

export const readGeometry: Reader = (question) => {
  const numbers = numbersOf(question);
  const [a, b, c] = numbers;
  if (a === undefined || b === undefined) return unreadable(question);
  if (question.includes("cubic")) {
    return c && numbers.length === 3 ? a.multiply(b).multiply(c) : unreadable(question);
  }
  if (c === undefined && question.includes("triang")) return a.multiply(b).divide(TWO);
  const pairs = [...question.matchAll(PAIR)].map(
    ([, first, second]) => [numberOf(first), numberOf(second)] as const,
  );
  if (pairs.length === 0 && c === undefined) {
    const isAround = /perimeter of|fence|Once around/.test(question);
    if (isAround) return a.divide(TWO).subtract(b).multiply(b);
    return /\d+ square/.test(question) ? a.divide(b) : unreadable(question);
  }
  if (pairs.length === 1 && c && /path|frame|border/.test(question)) {
    const wider = (side: Rational) => side.add(c.multiply(TWO));
    return wider(a).multiply(wider(b)).subtract(a.multiply(b));
  }
  if (numbers.length !== 2 * pairs.length) return unreadable(question);
  if (pairs.length === 1 && !question.includes("square")) {
    const isAround = /perimeter|around|border/.test(question);
    return isAround ? a.add(b).multiply(TWO) : unreadable(question);
  }
  return sumOf(pairs.map(([first, second]) => first.multiply(second)));
};
