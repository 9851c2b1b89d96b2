// Reads shares, changes by percentages, and what was before them.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, unreadable } from "./text.js";

const HUNDRED = Rational.of(100);
const N = "(\\d+(?:\\.\\d+)?)";
const CHANGE =
  /(rises|grows|increases|rise|risen|increase|falls|drops|decreases)? ?(?:by|of) (\d+)%/g;
const SHARES = [`${N}% of ${N}`, `Of ${N} seats in a hall, ${N}% are taken`];
const PARTS = [
  `percentage of ${N} is ${N}`,
  `Of ${N} trees, ${N} are in bloom. How many percent`,
  `${N} is how many percent of ${N}`,
  `${N} of ${N} (?:questions of a survey|dollars is saved|dollars)\\. What percentage`,
];

const find = (
  patterns: readonly string[],
  text: string,
): [Rational, Rational, number] | undefined => {
  for (const [i, pattern] of patterns.entries()) {
    const [, first, second] = new RegExp(pattern).exec(text) ?? [];
    if (second !== undefined) return [numberOf(first), numberOf(second), i];
  }
  return undefined;
};

export const readPercentages: Reader = (question) => {
  const part = find(PARTS, question);
  if (part) {
    const [first, second, form] = part;
    const [whole, some] = form < 2 ? [first, second] : [second, first];
    return some.divide(whole).multiply(HUNDRED);
  }
  const share = find(SHARES, question);
  if (share) return share[0].multiply(share[1]).divide(HUNDRED);
  const changes = [...question.matchAll(CHANGE)];
  const amounts = numbersOf(question.replace(/\d+%/g, ""));
  const [amount] = amounts;
  if (amount === undefined || amounts.length > 1) return unreadable(question);
  const ago = /(\d+)% more than a year ago/.exec(question);
  if (/was it (?:before|at first|then)\?|Find what it was before/.test(question)) {
    const percent = ago?.[1] ?? changes[0]?.[2] ?? unreadable(question);
    return amount.multiply(HUNDRED).divide(HUNDRED.add(numberOf(percent)));
  }
  if (changes.length === 0) return unreadable(question);
  return changes.reduce((now, [, verb, percent]) => {
    const by = numberOf(percent);
    const falls = /falls|drops|decreases/.test(verb ?? unreadable(question));
    return now.multiply(HUNDRED.add(falls ? by.negate() : by)).divide(HUNDRED);
  }, amount);
};
