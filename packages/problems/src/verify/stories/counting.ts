// Reads in how many ways something can be chosen or ordered.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, unreadable } from "./text.js";

const product = (values: readonly Rational[]) =>
  values.reduce((a, b) => a.multiply(b), Rational.of(1));
/** n (n - 1) … with k factors. */
const falling = (n: Rational, k: Rational) =>
  product(Array.from({ length: Number(k.numerator) }, (_, i) => n.subtract(Rational.of(i))));
const chosen = (n: Rational, k: Rational) => falling(n, k).divide(falling(k, k));

const CODES = /codes of|wheels|alphabet|colours/;
const FIRST_OF_ALL = /runners|From \d+ people/; // all, then how many of them
const ORDERED = /put in a row|one after another|runners|offices/;
const OF = /(\d+) of (\d+)/g;
const PATHS = /steps up|north|letters U/;
const SETS = /committee of (\d+) is chosen from (\d+)|sets of (\d+) can be taken from (\d+)/;
const PRODUCTS = /possible answers|one of each/;

export const readCounting: Reader = (question) => {
  const numbers = numbersOf(question);
  const [a, b] = numbers;
  if (a === undefined || b === undefined) return unreadable(question);
  if (PRODUCTS.test(question)) return product(numbers);
  const sets = SETS.exec(question);
  if (sets) return chosen(numberOf(sets[2] ?? sets[4]), numberOf(sets[1] ?? sets[3]));
  const choices = [...question.matchAll(OF)].map(([, k, n]) => chosen(numberOf(n), numberOf(k)));
  if (choices.length === 2 && numbers.length === 4) return product(choices);
  if (numbers.length !== 2) return unreadable(question);
  if (CODES.test(question)) {
    return Rational.of(b.numerator ** a.numerator);
  }
  if (PATHS.test(question)) return chosen(a.add(b), b);
  if (ORDERED.test(question)) {
    return FIRST_OF_ALL.test(question) ? falling(a, b) : falling(b, a);
  }
  return choices[0] ?? unreadable(question);
};
