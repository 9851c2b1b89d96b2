// Reads who has how many: sentences that tell a collection by others, and what is asked of them.

import { Rational } from "../../rational.js";
import { numberOf, type Reader, ratioOf, sentencesOf, sumOf, unreadable } from "./text.js";

/** `left = factor * right + more`. */
interface Relation {
  left: string;
  factor: Rational;
  right: string;
  more: Rational;
}

const ONE = Rational.of(1);
const NONE = Rational.of(0);

// A and B are people, K is a number, R is a number in words; [a-z ]+ are things.
const pattern = (text: string) =>
  new RegExp(
    `^${text
      .replaceAll("{A}", "(?<a>[A-Z]\\w+)")
      .replaceAll("{B}", "(?<b>[A-Z]\\w+)")
      .replaceAll("{C}", "(?<c>[A-Z]\\w+)")
      .replaceAll("{K}", "(?<k>\\d+)")
      .replaceAll("{R}", "(?<r>[a-z ]+?)")
      .replaceAll("{things}", "[a-z ]+?")}$`,
  );

const MORE = [
  "{A} has {K} more {things} than {B}",
  "{A} has {K} {things} more than {B}(?: does)?",
  "Compared with {B}, {A} has {K} more",
  "{A}'s {things} are {K} more than {B}'s",
  "{B} would need {K} more {things} to have as many as {A}",
].map(pattern);
const FEWER = [
  "{A} has {K} fewer {things} than {B}",
  "Compared with {B}, {A} has {K} fewer",
  "{A} is {K} {things} short of {B}'s number",
].map(pattern);
const RATIO = [
  "{A} has {R} as many {things} as {B}",
  "{A}'s collection of {things} is {R} the size of {B}'s",
  "The number of {A}'s {things} is {R} of {B}'s",
].map(pattern);
const TIMES = [
  "{A} has {K} times the number of {things} that {B} has",
  "For each of {B}'s {things}, {A} has {K}",
].map(pattern);
const PART = [
  "{A} has (?:only )?1/{K} of the number of {things} that {B} has",
  "For every {K} {things} of {B}, {A} has one",
].map(pattern);
const PERCENT = [
  "{A} has {K}% more {things} than {B}",
  "{A}'s {things} are {K}% more than {B}'s",
  "The number of {A}'s {things} is {K}% above {B}'s",
].map(pattern);
const STARTS = [
  "{A} (?:has|owns|has collected) {K} {things}",
  "{A} keeps {K} {things} in a drawer",
  "There are {K} {things} in {A}'s collection",
].map(pattern);
const TOGETHER = [
  "{A} has as many {things} as {B} and {C} together",
  "{B} and {C} together have as many {things} as {A}",
  "The number of {A}'s {things} is the sum of {B}'s and {C}'s",
].map(pattern);

type Groups = Partial<Record<"a" | "b" | "c" | "k" | "r", string>>;
const match = (patterns: readonly RegExp[], sentence: string): Groups | undefined =>
  patterns.map((one) => one.exec(sentence)?.groups).find((groups) => groups !== undefined);

function relationOf(sentence: string): Relation {
  const relation = (found: Groups, factor: Rational, more = NONE): Relation => ({
    left: found.a ?? "",
    factor,
    right: found.b ?? "",
    more,
  });
  const more = match(MORE, sentence);
  if (more) return relation(more, ONE, numberOf(more.k));
  const fewer = match(FEWER, sentence);
  if (fewer) return relation(fewer, ONE, numberOf(fewer.k).negate());
  const times = match(TIMES, sentence);
  if (times) return relation(times, numberOf(times.k));
  const part = match(PART, sentence);
  if (part) return relation(part, ONE.divide(numberOf(part.k)));
  const percent = match(PERCENT, sentence);
  if (percent) return relation(percent, numberOf(percent.k).divide(Rational.of(100)).add(ONE));
  const ratio = match(RATIO, sentence);
  const factor = ratio && ratioOf(ratio.r ?? "");
  return factor ? relation(ratio, factor) : unreadable(sentence);
}

/** What each person has. */
function collectionsOf(sentences: readonly string[]): Map<string, Rational> {
  const owned = new Map<string, Rational>();
  for (const sentence of sentences) {
    const together = match(TOGETHER, sentence);
    const start = match(STARTS, sentence);
    if (together) {
      const [b, c] = [owned.get(together.b ?? ""), owned.get(together.c ?? "")];
      owned.set(together.a ?? "", b && c ? b.add(c) : unreadable(sentence));
    } else if (start) {
      owned.set(start.a ?? "", numberOf(start.k));
    } else {
      const { left, factor, right, more } = relationOf(sentence);
      const [given, other] = [owned.get(right), owned.get(left)];
      if (given) owned.set(left, given.multiply(factor).add(more));
      else owned.set(right, other ? other.subtract(more).divide(factor) : unreadable(sentence));
    }
  }
  return owned;
}

export const readRelations: Reader = (question) => {
  const { told, asked } = sentencesOf(question);
  const owned = collectionsOf(told);
  const [first, second] = (asked.match(/[A-Z]\w+/g) ?? []).flatMap((name) => owned.get(name) ?? []);
  if (first === undefined) {
    return /altogether|in total|total number|together/.test(asked)
      ? sumOf([...owned.values()])
      : unreadable(asked);
  }
  return second === undefined ? first : first.subtract(second);
};
