// Compares two answers that have been read.

import type { Verdict } from "../exact/same-value.js";
import { divide, multiply, type Term } from "../exact/term.js";
import { type Answer, isComparison, type Value } from "./answer.js";
import { compareRelations, compareWithRelation } from "./compare-relations.js";
import { compareMeasured, compareTerms } from "./compare-values.js";
import { sameRealSet } from "./real-set.js";
import { type Context, every, inOrder, is } from "./verdicts.js";

/** The order in which two answers of different kinds are looked at, which makes their comparison symmetric. */
const KINDS = [
  "value",
  "time",
  "ratio",
  "choice",
  "text",
  "named",
  "interval",
  "tuple",
  "pattern",
  "combined",
  "matrix",
  "set",
  "relation",
] as const satisfies readonly Answer["kind"][];

export function compareAnswers(first: Answer, second: Answer, context: Context): Verdict {
  context.work.spend(1);
  const inOrder = KINDS.indexOf(first.kind) <= KINDS.indexOf(second.kind);
  const [a, b] = inOrder ? [first, second] : [second, first];
  if (b.kind === "relation") {
    return a.kind === "relation"
      ? compareRelations(a, b, context)
      : compareWithRelation(a, b, context);
  }
  switch (a.kind) {
    case "value":
      return valueWith(a, b, context);
    case "time":
      if (b.kind !== "time") return "unequal";
      return is(
        a.half === undefined || b.half === undefined
          ? a.minutes % 720 === b.minutes % 720
          : a.minutes === b.minutes,
      );
    case "ratio":
      return b.kind === "ratio" ? compareRatios(a.terms, b.terms, context) : "unequal";
    case "choice":
      if (b.kind === "choice") return is(a.letter === b.letter);
      return a.rest === undefined ? "unequal" : compareAnswers(a.rest, b, context);
    case "text":
      return is(b.kind === "text" && a.text === b.text);
    default:
      return collectionWith(a, b, context);
  }
}

function valueWith(a: Value, b: Answer, context: Context): Verdict {
  switch (b.kind) {
    case "value":
      return compareMeasured(a, b, context);
    case "ratio": {
      const [top, bottom, ...more] = b.terms;
      if (top === undefined || bottom === undefined || more.length > 0) return "unequal";
      return compareTerms(a.term, divide(top, bottom), context);
    }
    case "choice":
      if (b.rest !== undefined) return compareAnswers(a, b.rest, context);
      return is(a.term.op === "variable" && a.term.name === b.letter);
    case "set":
      if (context.inside === true && !b.bare) return "unequal";
      return b.items.length === 1 && b.items[0] !== undefined
        ? compareAnswers(a, b.items[0], context)
        : singleOf(a, b.items, context);
    case "matrix":
      return b.rows.length === 1 && b.rows[0]?.length === 1 && b.rows[0][0] !== undefined
        ? compareAnswers(a, b.rows[0][0], context)
        : "unequal";
    default:
      return "unequal";
  }
}

/** Whether all items of a set are this value. */
const singleOf = (a: Value, items: readonly Answer[], context: Context): Verdict =>
  items.length === 0 ? "unequal" : every(items, (item) => compareAnswers(a, item, context));

function compareRatios(a: readonly Term[], b: readonly Term[], context: Context): Verdict {
  const [x, y] = [a[0], b[0]];
  if (a.length !== b.length || x === undefined || y === undefined) return "unequal";
  return every(a, (term, i) => compareTerms(multiply(term, y), multiply(b[i] as Term, x), context));
}

/** Sets, tuples and the like: as the sets of reals that they are, or member by member. */
function collectionWith(a: Answer, b: Answer, context: Context): Verdict {
  const continuous = [a, b].some(
    ({ kind }) => kind === "interval" || kind === "combined" || kind === "named",
  );
  if (continuous || [a, b].some(({ kind, ...rest }) => kind === "set" && hasRelations(rest))) {
    const found = sameRealSet(a, b, context.work);
    // Ends that are near count only where they are compared one by one.
    if (found === "equal" || (found !== undefined && context.rounding === undefined)) return found;
  }
  if (a.kind === "interval" && b.kind === "interval") {
    if (a.lowClosed !== b.lowClosed || a.highClosed !== b.highClosed) return "unequal";
    return every(
      [
        [a.low, b.low],
        [a.high, b.high],
      ] as const,
      ([x, y]) => compareTerms(x, y, context),
    );
  }
  if (
    a.kind === "interval" &&
    b.kind === "tuple" &&
    b.items.length === 2 &&
    !a.lowClosed &&
    !a.highClosed
  ) {
    const ends = [a.low, a.high].map((term): Answer => ({ kind: "value", term }));
    return inOrder(ends, b.items, context);
  }
  if (a.kind === "named" && b.kind === "named") return is(a.name === b.name);
  if (a.kind === "combined" && b.kind === "combined") return compareCombined(a, b, context);
  if (a.kind === "tuple") {
    if (b.kind === "tuple") return inOrder(a.items, b.items, context);
    if (b.kind === "matrix") {
      const vector = asVector(b.rows);
      return vector === undefined ? "unequal" : inOrder(a.items, vector, context);
    }
    if (b.kind === "set") {
      const [only] = b.items;
      if (b.items.length === 1 && only !== undefined) return compareAnswers(a, only, context);
      return b.bare ? inOrder(a.items, b.items, context) : "unequal";
    }
  }
  if (a.kind === "pattern" && b.kind === "pattern") {
    if (a.items.length !== b.items.length) return "unequal";
    return every(a.items, (item, i) => {
      const other = b.items[i];
      if (item === "…" || other === "…" || other === undefined) return is(item === other);
      return compareAnswers(item, other, context);
    });
  }
  if (a.kind === "matrix" && b.kind === "matrix") {
    if (a.rows.length !== b.rows.length) return "unequal";
    return every(a.rows, (row, i) => inOrder(row, b.rows[i] ?? [], context));
  }
  if (b.kind === "set") {
    if (a.kind === "set") return compareSets(a.items, b.items, context);
    const [only] = b.items;
    if (b.items.length === 1 && only !== undefined) return compareAnswers(a, only, context);
  }
  return "unequal";
}

const hasRelations = (rest: object): boolean =>
  "items" in rest &&
  (rest.items as readonly Answer[]).some(
    (item) => (item.kind === "relation" && item.label === undefined) || isComparison(item),
  );

function asVector(rows: readonly (readonly Answer[])[]): readonly Answer[] | undefined {
  if (rows.length === 1) return rows[0];
  return rows.every((row) => row.length === 1) ? rows.flat() : undefined;
}

/** As sets: what is there twice counts once. */
function compareSets(a: readonly Answer[], b: readonly Answer[], outer: Context): Verdict {
  const context = { ...outer, inside: true };
  const [xs, ys] = [distinct(a, context), distinct(b, context)];
  if (xs.length !== ys.length) return "unequal";
  const left = [...ys];
  let result: Verdict = "equal";
  for (const x of xs) {
    let open = false;
    const at = left.findIndex((y) => {
      const verdict = compareAnswers(x, y, context);
      if (verdict === "unknown") open = true;
      return verdict === "equal";
    });
    if (at >= 0) left.splice(at, 1);
    else if (open) result = "unknown";
    else return "unequal";
  }
  return result;
}

function distinct(items: readonly Answer[], context: Context): Answer[] {
  const kept: Answer[] = [];
  for (const item of items) {
    if (!kept.some((other) => compareAnswers(item, other, context) === "equal")) kept.push(item);
  }
  return kept;
}

type Combined = Answer & { kind: "combined" };

/** Unions of what can't be put in order, part by part. */
function compareCombined(a: Combined, b: Combined, context: Context): Verdict {
  if (a.operator !== b.operator) return "unequal";
  if (a.operator === "∖") return inOrder([a.left, a.right], [b.left, b.right], context);
  const parts = (of: Answer): Answer[] =>
    of.kind === "combined" && of.operator === a.operator
      ? [...parts(of.left), ...parts(of.right)]
      : [of];
  return compareSets(parts(a), parts(b), context);
}
