// Reads what is made at a rate, sorted out, packed and sold, and journeys in parts.

import type { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, sentencesOf, sumOf, unreadable } from "./text.js";

const PART_OF_JOURNEY =
  /for (\d+) hours at (\d+) kilometres per hour|at (\d+) kilometres per hour for (\d+) hours/g;

const MANY = /machines|workers|people/;
const TIME = /(?=.*hours)(?=.*days)/;
const BAD = /damaged|fail|rejects|break/;
const PACKED = /(?:packed in|into) ([a-z]+)(?: of | that hold |, | with )\d+/;
const SOLD = /sold|pays|brings/;

function journey(story: string, asked: string): Rational {
  const parts = [...story.matchAll(PART_OF_JOURNEY)].map((found) => ({
    hours: numberOf(found[1] ?? found[4]),
    speed: numberOf(found[2] ?? found[3]),
  }));
  if (2 * parts.length !== numbersOf(story).length) return unreadable(story);
  const distance = sumOf(parts.map(({ hours, speed }) => hours.multiply(speed)));
  if (/average speed/.test(asked)) return distance.divide(sumOf(parts.map(({ hours }) => hours)));
  return /kilometres/.test(asked) ? distance : unreadable(asked);
}

export const readRates: Reader = (question) => {
  const { told, asked } = sentencesOf(question);
  const [first = "", time = "", ...events] = told;
  if (first.includes("kilometres per hour")) return journey(told.join(". "), asked);
  const rate = numbersOf(first);
  const hours = numbersOf(time);
  if (!first.includes("an hour") && !first.startsWith("Every hour")) return unreadable(first);
  if (rate.length !== (MANY.test(first) ? 2 : 1)) return unreadable(first);
  if (!TIME.test(time) || hours.length !== 2) return unreadable(time);
  let amount = [...rate, ...hours].reduce((a, b) => a.multiply(b));
  let unit = "";
  for (const sentence of events) {
    const [number, ...others] = numbersOf(sentence);
    if (number === undefined || others.length > 0) return unreadable(sentence);
    const [, box] = PACKED.exec(sentence) ?? [];
    if (box !== undefined) {
      [amount, unit] = [amount.divide(number), box];
    } else if (SOLD.test(sentence) && unit !== "" && sentence.includes(unit)) {
      [amount, unit] = [amount.multiply(number), "dollars"];
    } else if (BAD.test(sentence) && unit === "") {
      amount = amount.subtract(number);
    } else return unreadable(sentence);
  }
  return asked.includes(unit) ? amount : unreadable(asked);
};
