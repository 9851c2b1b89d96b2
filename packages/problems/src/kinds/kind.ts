// What a kind of problems has to provide: parameters are drawn first, so that their key decides
// which split they belong to before any text is written.

import type { Difficulty } from "../problem.js";
import type { Random } from "../random.js";
import type { Rational } from "../rational.js";

/** Which limit of training a problem is to pass. */
export type Beyond = "longer" | "larger" | undefined;

export interface Draft {
  question: string;
  /** Equations, without the last line. */
  lines: string[];
  value: Rational;
  /** Default: the value as an integer or a fraction. */
  text?: string;
}

export interface Drawn {
  /** Everything that the mathematics of the problem depends on, in one order for equal problems. */
  key: readonly (string | number)[];
  /** Words may vary with the random numbers; the number of lines may not. */
  write(random: Random): Draft;
}

export interface Kind {
  readonly name: string;
  /** What the problems are about, in a few words. */
  readonly about: string;
  /** The most equations of a solution, and the most digits of a number in a question, in training. */
  readonly limits: { readonly steps: number; readonly digits: number };
  /** Which limits it can pass. */
  readonly beyond: readonly ("longer" | "larger")[];
  draw(random: Random, difficulty: Difficulty, beyond: Beyond): Drawn;
}
