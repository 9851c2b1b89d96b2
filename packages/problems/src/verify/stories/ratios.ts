// Reads amounts that stand in a ratio, and who gets which part.

import type { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, sumOf, unreadable } from "./text.js";

const PEOPLE = /[A-Z]\w+(?:, [A-Z]\w+)* and [A-Z]\w+/;
const RATIO = /\d+(?::\d+)+/;
const EVERY = /For every (\d+) [a-z ]+ of (\w+) there are (\d+) of (\w+)/;
const MORE = /([A-Z]\w+) (?:gets|has) (\d+) more than ([A-Z]\w+)/;
const HAS = /([A-Z]\w+) has (\d+)/;

export const readRatios: Reader = (question) => {
  const every = EVERY.exec(question);
  const people = every
    ? [every[2], every[4]]
    : (PEOPLE.exec(question)?.[0].split(/, | and /) ?? unreadable(question));
  const parts = every
    ? [numberOf(every[1]), numberOf(every[3])]
    : (RATIO.exec(question)?.[0].split(":").map(numberOf) ?? unreadable(question));
  if (parts.length !== people.length) return unreadable(question);
  const partOf = (name: string | undefined): Rational =>
    parts[people.indexOf(name)] ?? unreadable(question);
  const total = sumOf(parts);
  const more = MORE.exec(question);
  if (more) {
    if (!/in all|altogether|total/.test(question)) return unreadable(question);
    const difference = partOf(more[1]).subtract(partOf(more[3]));
    return numberOf(more[2]).divide(difference).multiply(total);
  }
  const asked = question.match(/[A-Z]\w+/g)?.findLast((word) => people.includes(word));
  const has = HAS.exec(question.replace(EVERY, ""));
  if (has) return numberOf(has[2]).divide(partOf(has[1])).multiply(partOf(asked));
  const [amount, ...others] = numbersOf(question.replace(RATIO, ""));
  if (amount === undefined || others.length > 0) return unreadable(question);
  return amount.divide(total).multiply(partOf(asked));
};
