// What readers of stories share: sentences, numbers, and small numbers as words.

import { Rational } from "../../rational.js";

/** Answers a story from its text. Throws a SyntaxError where it doesn't understand. */
export type Reader = (question: string) => Rational;

export function unreadable(sentence: string): never {
  throw new SyntaxError(`cannot read ${JSON.stringify(sentence)}`);
}

/** The sentences without their marks, of which the last one asks. */
export function sentencesOf(question: string): { told: string[]; asked: string } {
  const told = question.split(/[.?](?: |$)/).filter((sentence) => sentence !== "");
  const asked = told.pop() ?? unreadable(question);
  return { told, asked };
}

export function numberOf(text: string | undefined): Rational {
  const [whole = "", fraction = ""] = (text ?? "").split(".");
  return Rational.of(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

export const numbersOf = (sentence: string): Rational[] =>
  (sentence.match(/\d+(?:\.\d+)?/g) ?? []).map(numberOf);

export const sumOf = (values: readonly Rational[]): Rational =>
  values.reduce((a, b) => a.add(b), Rational.of(0));

const PARTS = "half,third,quarter,fifth,sixth,seventh,eighth,ninth".split(",");
const TIMES = "twice,three times,four times,five times,six times".split(",");

/** `a third` is 1/3, `three times` is 3; undefined for other words. */
export function ratioOf(words: string): Rational | undefined {
  const part = PARTS.indexOf(words.replace(/^an? /, ""));
  if (part >= 0) return Rational.of(1, part + 2);
  const times = TIMES.indexOf(words);
  return times >= 0 ? Rational.of(times + 2) : undefined;
}
