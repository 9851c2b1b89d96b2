// Reads the stories as a person does, from their sentences alone, and works out what they ask.

import { expect, it } from "vitest";
import { type Problem, problems } from "../../src/index.js";

const PARTS = ["half", "a third", "a quarter", "a fifth", "a sixth"];
const TIMES = ["twice", "three times", "four times", "five times", "six times"];
const ratio = (word: string) =>
  PARTS.includes(word) ? 1 / (PARTS.indexOf(word) + 2) : TIMES.indexOf(word) + 2;

/** `left = factor * right + more`. */
type Relation = [left: string, factor: number, right: string, more: number];
type Reading = (...found: string[]) => Relation;

const readings: [RegExp, Reading][] = [
  [/^(\w+) has (\d+) more [a-z ]+ than (\w+)$/, (a = "", k, b = "") => [a, 1, b, Number(k)]],
  [
    /^(\w+) has (\d+) [a-z ]+ more than (\w+)(?: does)?$/,
    (a = "", k, b = "") => [a, 1, b, Number(k)],
  ],
  [/^Compared with (\w+), (\w+) has (\d+) more$/, (b = "", a = "", k) => [a, 1, b, Number(k)]],
  [/^Compared with (\w+), (\w+) has (\d+) fewer$/, (b = "", a = "", k) => [a, 1, b, -Number(k)]],
  [/^(\w+) has (\d+) fewer [a-z ]+ than (\w+)$/, (a = "", k, b = "") => [a, 1, b, -Number(k)]],
  [
    /^(\w+) has ([a-z ]+) as many [a-z ]+ as (\w+)$/,
    (a = "", k = "", b = "") => [a, ratio(k), b, 0],
  ],
  [
    /^(\w+) has (\d+) times the number of [a-z ]+ that (\w+) has$/,
    (a = "", k, b = "") => [a, Number(k), b, 0],
  ],
  [/^For each of (\w+)'s [a-z ]+, (\w+) has (\d+)$/, (b = "", a = "", k) => [a, Number(k), b, 0]],
  [
    /^The number of (\w+)'s [a-z ]+ is ([a-z ]+) of (\w+)'s$/,
    (a = "", k = "", b = "") => [a, ratio(k), b, 0],
  ],
  [
    /^(\w+) has (\d+)% more [a-z ]+ than (\w+)$/,
    (a = "", k, b = "") => [a, 1 + Number(k) / 100, b, 0],
  ],
  [
    /^(\w+)'s [a-z ]+ are (\d+)% more than (\w+)'s$/,
    (a = "", k, b = "") => [a, 1 + Number(k) / 100, b, 0],
  ],
];
const STARTS = [
  /^(?<n>\w+) (?:has|owns) (?<v>\d+) [a-z ]+$/,
  /^There are (?<v>\d+) [a-z ]+ in (?<n>\w+)'s collection$/,
];
const TOGETHER = [
  /^(?<n>\w+) has as many [a-z ]+ as (?<a>\w+) and (?<b>\w+) together$/,
  /^(?<a>\w+) and (?<b>\w+) together have as many [a-z ]+ as (?<n>\w+)$/,
];

const groups = (patterns: RegExp[], text: string) =>
  patterns.map((pattern) => pattern.exec(text)?.groups).find((found) => found !== undefined);

/** What each person has. */
function read(sentences: string[]): Map<string, number> {
  const owned = new Map<string, number>();
  for (const sentence of sentences) {
    const start = groups(STARTS, sentence);
    const both = groups(TOGETHER, sentence);
    if (start) owned.set(start["n"] ?? "", Number(start["v"]));
    else if (both) {
      const [a, b] = [owned.get(both["a"] ?? ""), owned.get(both["b"] ?? "")];
      owned.set(both["n"] ?? "", Number(a) + Number(b));
    } else {
      const [pattern, reading] = readings.find(([one]) => one.test(sentence)) ?? [];
      if (!pattern || !reading) throw new Error(`can't read: ${sentence}`);
      const [left, factor, right, more] = reading(...(pattern.exec(sentence)?.slice(1) ?? []));
      const [known, other] = [owned.get(right), owned.get(left)];
      if (known === undefined) owned.set(right, Math.round((Number(other) - more) / factor));
      else owned.set(left, Math.round(known * factor + more));
    }
  }
  return owned;
}

function solve({ question }: Problem): number {
  const sentences = question.replace(/\?$/, "").split(". ");
  const asked = sentences.pop() ?? "";
  const owned = read(sentences);
  const names = (asked.match(/[A-Z]\w+/g) ?? []).filter((name) => owned.has(name));
  const [first, second] = names.map((name) => owned.get(name) as number);
  if (first === undefined) return [...owned.values()].reduce((a, b) => a + b);
  return second === undefined ? first : first - second;
}

it("tells stories whose sentences lead to the answer", () => {
  for (const split of ["train", "longer", "larger"] as const) {
    for (const made of problems({ seed: 3, split, kinds: ["word-relations"], count: 2000 })) {
      expect(`${made.question} ${solve(made)}`).toBe(`${made.question} ${made.answer.text}`);
    }
  }
});
