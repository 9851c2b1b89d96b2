// What a problem is.

import type { Rational } from "./rational.js";

/** 1 is the easiest. */
export type Difficulty = 1 | 2 | 3 | 4 | 5;

/**
 * `"train"`, `"dev"` and `"test"` share no problem whatever the seeds; `"longer"` has problems of more
 * steps than any of these, `"larger"` problems with larger numbers.
 */
export type Split = (typeof SPLITS)[number];

export const SPLITS = ["train", "dev", "test", "longer", "larger"] as const;

export interface Answer {
  readonly value: Rational;
  /** As it stands in the box: `12`, `3/4`, `2.50`. */
  readonly text: string;
}

export interface Problem {
  /** Seed, split, index, kind and difficulty: enough to make the problem again. */
  readonly id: string;
  readonly kind: string;
  readonly difficulty: Difficulty;
  readonly split: Split;
  /**
   * The canonical form: the kind with all parameters, without names, things and phrasing. Problems with
   * the same form are the same mathematics; the form decides to which split a problem belongs.
   */
  readonly form: string;
  readonly question: string;
  /** One equation a line; the last one is `The answer is \boxed{…}.` */
  readonly solution: readonly string[];
  readonly answer: Answer;
}
