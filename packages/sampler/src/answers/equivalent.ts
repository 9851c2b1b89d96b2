// Whether two answers are the same.

import { ensure } from "../errors.js";
import type { Verdict } from "../exact/same-value.js";
import { OutOfWork, Work } from "../exact/work.js";
import { clean } from "./clean.js";
import { compareAnswers } from "./compare.js";
import { readAnswer } from "./read.js";

export interface EquivalentOptions {
  /** Decimal places: numbers that agree when rounded to as many count as equal too. Default: none, 0.33 isn't 1/3. */
  readonly rounding?: number;
  /** Units of work before a comparison gives up as `"unknown"`. Default: 60,000, some tens of milliseconds. */
  readonly maxWork?: number;
}

/** Longest answer that is read, in UTF-16 code units. Longer ones are equal only to themselves. */
const MAX_LENGTH = 2048;
const DEFAULT_WORK = 60_000;

/**
 * Whether two answers, in LaTeX or plain text, are the same, or why that isn't known. `"equal"` and `"unequal"` are the
 * same whichever comes first. Never throws for any text.
 */
export function compareEquivalence(a: string, b: string, options: EquivalentOptions = {}): Verdict {
  const { rounding, maxWork = DEFAULT_WORK } = options;
  ensure(
    rounding === undefined || (Number.isInteger(rounding) && rounding >= 0 && rounding <= 100),
    "ERR_ARGUMENT",
    () => `rounding: expected an integer from 0 to 100, found ${String(rounding)}`,
  );
  ensure(
    maxWork > 0,
    "ERR_ARGUMENT",
    () => `maxWork: expected more than 0, found ${String(maxWork)}`,
  );
  if (a === b) return "equal";
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH)
    return a.trim() === b.trim() ? "equal" : "unknown";
  const [x, y] = [clean(a), clean(b)].sort() as [string, string];
  if (x === y) return "equal";
  const work = new Work(maxWork);
  const context = { compare: compareAnswers, work, rounding };
  let result: Verdict = "unequal";
  try {
    const others = readAnswer(y);
    for (const first of readAnswer(x)) {
      for (const second of others) {
        const verdict = compareAnswers(first, second, context);
        if (verdict === "equal") return verdict;
        if (verdict === "unknown") result = verdict;
      }
    }
  } catch (error) {
    if (error instanceof OutOfWork) return "unknown";
    throw error;
  }
  return result;
}

/**
 * Whether two answers, in LaTeX or plain text, are the same: proved by structure, by exact arithmetic, or by evaluation at
 * random points with bounds on every error, never by a tolerance. What can't be decided within the limits isn't equal.
 *
 * @example
 * equivalent("\\frac{\\sqrt{8}}{2}", "sqrt(2)"); // true
 * equivalent("x \\in [0, 1)", "0 <= x < 1"); // true
 * equivalent("0.33", "1/3"); // false
 *
 * @throws {@link SamplerError} with code `ERR_ARGUMENT` for an option out of its range; never for a text.
 */
export function equivalent(a: string, b: string, options: EquivalentOptions = {}): boolean {
  return compareEquivalence(a, b, options) === "equal";
}
