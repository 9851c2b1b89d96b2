// Verdicts on answers from those on their parts.

import type { Verdict } from "../exact/same-value.js";
import type { Work } from "../exact/work.js";
import type { Answer } from "./answer.js";

export interface Context {
  /** Compares parts of answers. */
  readonly compare: (a: Answer, b: Answer, context: Context) => Verdict;
  readonly work: Work;
  /** Decimal places to which rounded numbers may agree instead. */
  readonly rounding: number | undefined;
  /** Within a set or tuple: there `{2}` isn't 2. */
  readonly inside?: boolean;
}

export const is = (condition: boolean): Verdict => (condition ? "equal" : "unequal");

/** Equal if all are, unequal if any is. */
export function every<T>(
  items: readonly T[],
  verdict: (item: T, index: number) => Verdict,
): Verdict {
  let result: Verdict = "equal";
  for (const [index, item] of items.entries()) {
    const found = verdict(item, index);
    if (found === "unequal") return found;
    if (found === "unknown") result = found;
  }
  return result;
}

/** Whether two lists have the same members in the same order. */
export const inOrder = (a: readonly Answer[], b: readonly Answer[], context: Context): Verdict =>
  a.length === b.length
    ? every(a, (item, i) => context.compare(item, b[i] as Answer, context))
    : "unequal";

/** The best verdict on any pair. */
export function some(xs: readonly Answer[], ys: readonly Answer[], context: Context): Verdict {
  let result: Verdict = "unequal";
  for (const x of xs) {
    for (const y of ys) {
      const verdict = context.compare(x, y, context);
      if (verdict === "equal") return verdict;
      if (verdict === "unknown") result = verdict;
    }
  }
  return result;
}
