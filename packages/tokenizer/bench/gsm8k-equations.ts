// Checks the values of numbers on grade-school-math (gsm8k): each annotation `<<48/2=24>>` of a
// solution is an equation. The numbers that are found in it, joined by what stands between them,
// must make it true. Prints how many do, and those that do not. Also compares all literals of
// questions and answers with the reference of the tests.
//
// Usage: node tools/run.mjs script packages/tokenizer/bench/gsm8k-equations.ts train.jsonl

import { readFileSync } from "node:fs";
import { findNumbers } from "../src/numbers/math-number.js";
import { add, multiply, negate, type Rational, rational } from "../src/numbers/rational.js";
import { referenceNumbers } from "../test/numbers/reference.js";

/** Both sides of an equation as exact values, or undefined if it is not arithmetic. */
function sides(equation: string): [Rational, Rational] | undefined {
  // Numbers become #0, #1, …; the rest has to be operators and brackets.
  const values: Rational[] = [];
  let pattern = "";
  let at = 0;
  for (const number of findNumbers(equation)) {
    if (!number.value) return undefined;
    pattern += `${equation.slice(at, number.start)}#`;
    values.push(number.value);
    at = number.end;
  }
  pattern = (pattern + equation.slice(at)).replace(/[$,£€ ]/g, "").replace("//", "/");
  if (!/^[-+*/x()#=]+$/.test(pattern)) return undefined;
  let i = 0;
  let next = 0;
  const factor = (): Rational => {
    const c = pattern[i++];
    if (c === "-") return negate(factor());
    if (c === "+") return factor();
    if (c === "#") return values[next++] as Rational;
    if (c !== "(") throw new SyntaxError(pattern);
    const inner = sum();
    if (pattern[i++] !== ")") throw new SyntaxError(pattern);
    return inner;
  };
  const product = (): Rational => {
    let value = factor();
    for (;;) {
      const c = pattern[i];
      if (c === "*" || c === "x") i++;
      else if (c === "/") i++;
      else if (c !== "(" && c !== "#") return value;
      const other = factor();
      value = multiply(value, c === "/" ? rational(other.denominator, other.numerator) : other);
    }
  };
  const sum = (): Rational => {
    let value = product();
    for (;;) {
      const c = pattern[i];
      if (c !== "+" && c !== "-") return value;
      i++;
      value = add(value, c === "-" ? negate(product()) : product());
    }
  };
  try {
    const left = sum();
    if (pattern[i++] !== "=") return undefined;
    const right = sum();
    return i === pattern.length ? [left, right] : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `right` is `left` as written with the places that it has, rounded in either way. */
function agrees([left, right]: [Rational, Rational], places: number): boolean {
  const difference = add(left, negate(right));
  if (difference.numerator === 0n) return true;
  const size = difference.numerator < 0n ? negate(difference) : difference;
  return places > 0 && size.numerator * 10n ** BigInt(places) <= size.denominator;
}

const path = process.argv[2];
if (!path) throw new Error("usage: gsm8k-equations.ts train.jsonl");
const problems = readFileSync(path, "utf8").trim().split("\n");
const counts = {
  problems: problems.length,
  equations: 0,
  exact: 0,
  rounded: 0,
  false: 0,
  unread: 0,
  literals: 0,
  different: 0,
};
for (const line of problems) {
  const { question, answer } = JSON.parse(line) as { question: string; answer: string };
  for (const text of [question, answer]) {
    const expected = new Set(referenceNumbers(text));
    counts.literals += expected.size;
    for (const { kind, start, end } of findNumbers(text)) {
      if (!expected.delete(`${kind} ${start} ${end}`)) counts.different++;
    }
    counts.different += expected.size;
  }
  for (const [, equation = ""] of answer.matchAll(/<<(.*?)>>/g)) {
    counts.equations++;
    const both = sides(equation);
    const places = findNumbers(equation).at(-1)?.decimalPlaces ?? 0;
    const verdict = !both
      ? "unread"
      : agrees(both, 0)
        ? "exact"
        : agrees(both, places)
          ? "rounded"
          : "false";
    counts[verdict]++;
    if (verdict === "false" || verdict === "unread") console.log(`${verdict}: ${equation}`);
  }
}
console.log(counts);
