// Whether one model solves as much as another, from the same problems solved by both.

import type { Solved } from "./solve-problems.js";

/** A problem that only one of both solved. */
export interface Flip {
  readonly kind: string;
  readonly question: string;
  readonly expected: string;
  /** What the model answered, and what the one that it is compared with. */
  readonly answer: string | undefined;
  readonly otherAnswer: string | undefined;
  /** Whether it is the model that lost it. */
  readonly lost: boolean;
}

export interface PairedComparison {
  readonly problems: number;
  readonly correct: number;
  readonly otherCorrect: number;
  /** Problems that only the other solved, and that only the model solved. */
  readonly lost: number;
  readonly gained: number;
  /** Accuracy of the other less that of the model, from -1 to 1. */
  readonly loss: number;
  /** What the loss is below with 95 % confidence, as {@link lossBound} has it. */
  readonly lossBound: number;
  /** Problems whose solutions are the same to the character. */
  readonly sameText: number;
  readonly flips: readonly Flip[];
}

/** The 95th percentile of the standard normal distribution. */
const Z = 1.6448536269514722;

/** @param other  results of the same problems in the same order */
export function comparePaired(
  results: readonly Solved[],
  other: readonly Solved[],
): PairedComparison {
  const flips: Flip[] = [];
  let sameText = 0;
  for (const [i, { problem, correct, answer, text }] of results.entries()) {
    const than = other[i] as Solved;
    if (than.text === text) sameText++;
    if (than.correct === correct) continue;
    flips.push({
      kind: problem.kind,
      question: problem.question,
      expected: problem.answer.text,
      answer,
      otherAnswer: than.answer,
      lost: than.correct,
    });
  }
  const count = (list: readonly Solved[]) => list.filter(({ correct }) => correct).length;
  const lost = flips.filter((flip) => flip.lost).length;
  const gained = flips.length - lost;
  const problems = results.length;
  return {
    problems,
    correct: count(results),
    otherCorrect: count(other),
    lost,
    gained,
    loss: problems === 0 ? 0 : (lost - gained) / problems,
    lossBound: lossBound(problems, lost, gained),
    sameText,
    flips,
  };
}

/**
 * The upper end of a one-sided 95 % confidence interval of the difference of two paired proportions: the difference `d` at
 * which the score `(lost - gained - n d) / sqrt(n (2 q + d (1 - d)))` is -1.645, where `q` is the likeliest share of
 * problems that are gained if the difference is `d`. Unlike the interval of McNemar's normal approximation it isn't empty
 * where nothing flips: then it is `1.645^2 / (n + 1.645^2)`.
 *
 * @see Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
 *   Statistics in Medicine 17, 1998.
 */
export function lossBound(n: number, lost: number, gained: number): number {
  if (n === 0) return 1;
  const score = (d: number): number => {
    const b = -lost - gained + (2 * n - lost + gained) * d;
    const c = -gained * d * (1 - d);
    const q = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
    const variance = n * (2 * q + d * (1 - d));
    return (lost - gained - n * d) / Math.sqrt(variance);
  };
  let low = (lost - gained) / n; // the score is 0 here, and falls from here on
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (score(middle) > -Z) low = middle;
    else high = middle;
  }
  return high;
}
