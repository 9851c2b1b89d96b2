// Problems that are wrong in one digit.

import type { Problem } from "../../src/index.js";

/** Every way to change one digit of a text by `by`. */
export function* changes(text: string, by: number): Generator<string> {
  for (let i = 0; i < text.length; i++) {
    const digit = text[i] ?? "";
    if (!/\d/.test(digit)) continue;
    yield `${text.slice(0, i)}${(Number(digit) + by) % 10}${text.slice(i + 1)}`;
  }
}

/** The problem with one digit of its solution or of its answer's text changed. */
export function* mutations(problem: Problem, by: number): Generator<Problem> {
  for (const [i, line] of problem.solution.entries()) {
    for (const changed of changes(line, by)) {
      yield { ...problem, solution: problem.solution.with(i, changed) };
    }
  }
  for (const text of changes(problem.answer.text, by)) {
    yield { ...problem, answer: { ...problem.answer, text } };
  }
}
