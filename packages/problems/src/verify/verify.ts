// Checks a problem from its text: every equation, the box, and what the question says by itself.

import type { Problem } from "../problem.js";
import type { Rational } from "../rational.js";
import { evaluate, type Unknowns } from "./parse.js";
import { askedUnknown, expectedAnswer, falseEquation, unusedNumber } from "./question.js";
import { READERS } from "./stories/readers.js";

export interface Fault {
  /** A line of the solution from 0, or which other part of the problem. */
  readonly where: number | "question" | "answer";
  readonly message: string;
}

const LABEL = /^[A-Z][A-Za-z' -]*: /;
const UNIT = /(?: [a-z]{2,})+$/;
const VALUE = /^([a-z]) = (-?\d+(?:\.\d+)?(?:\/\d+)?)$/;
const BOXED = /^The answer is \\boxed\{(.+)\}\.$/;

const sides = (line: string) =>
  line
    .replace(LABEL, "")
    .split(" = ")
    .map((side) => side.replace(UNIT, ""));

function attempt(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why a line is not a true equation. */
function lineFault(line: string, unknowns: Unknowns): string | undefined {
  const [first = "", ...rest] = sides(line);
  if (rest.length === 0) return `expected an equation, found ${JSON.stringify(line)}`;
  const value = evaluate(first, unknowns);
  for (const side of rest) {
    const other = evaluate(side, unknowns);
    if (!other.equals(value)) return `${first} is ${value}, but ${side} is ${other}`;
  }
  return undefined;
}

/** The values of unknowns, as lines such as `x = 5` say them last. */
function readUnknowns(lines: readonly string[]): Unknowns {
  const unknowns = new Map<string, Rational>();
  for (const line of lines) {
    const [, name, value] = VALUE.exec(line.replace(LABEL, "")) ?? [];
    if (name && value) unknowns.set(name, evaluate(value));
  }
  return unknowns;
}

/**
 * What is wrong with a problem: nothing, if the list is empty. Every side of every equation is evaluated
 * exactly, unknowns are replaced by the values that the solution finds, the last equation and the box must give the
 * answer, and so must the question where its text alone determines it.
 *
 * @example
 * for (const { where, message } of verify(problem)) console.log(where, message);
 */
export function verify(problem: Problem): Fault[] {
  const { question, solution, answer } = problem;
  const faults: Fault[] = [];
  const report = (where: Fault["where"], message: string | undefined) => {
    if (message !== undefined) faults.push({ where, message });
  };
  const lines = solution.slice(0, -1);
  let unknowns: Unknowns = new Map();
  report(
    "question",
    attempt(() => {
      unknowns = readUnknowns(lines);
      const equation = falseEquation(question, unknowns);
      if (equation) return `${equation} does not hold`;
      const expected = expectedAnswer(question, problem.kind) ?? askedUnknown(question, unknowns);
      if (expected && !expected.equals(answer.value)) {
        return `asks for ${expected}, the answer is ${answer.value}`;
      }
      const isStory = expected === undefined || READERS.has(problem.kind);
      const number = isStory && unknowns.size === 0 ? unusedNumber(question, lines) : undefined;
      return number && `${number} is not used in the solution`;
    }),
  );
  for (const [i, line] of lines.entries())
    report(
      i,
      attempt(() => lineFault(line, unknowns)),
    );
  report(
    "answer",
    attempt(() => {
      const boxed = BOXED.exec(solution.at(-1) ?? "")?.[1];
      if (boxed === undefined) return "expected the last line to be The answer is \\boxed{…}.";
      if (boxed !== answer.text) return `the box has ${boxed}, the answer is ${answer.text}`;
      const value = evaluate(boxed);
      if (!value.equals(answer.value)) return `${boxed} is not ${answer.value}`;
      const last = sides(lines.at(-1) ?? "").at(-1) ?? "";
      if (evaluate(last, unknowns).equals(value)) return undefined;
      return `the last equation gives ${last}, not ${boxed}`;
    }),
  );
  return faults;
}
