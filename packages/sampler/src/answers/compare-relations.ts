// Compares equations, inequalities and memberships, with each other and with what they give.

import type { Verdict } from "../exact/same-value.js";
import { subtract, type Term, variablesOf } from "../exact/term.js";
import { type Answer, isComparison, type Relation } from "./answer.js";
import { sameEquation } from "./equation.js";
import { sameRealSet } from "./real-set.js";
import { type Context, inOrder, is, some } from "./verdicts.js";

/**
 * What an equation gives: its last side if the first only names it, and the other way round. Of `x = 1/3 ≈ 0.33` both
 * what is exact and what is near it.
 */
function given(relation: Relation): readonly Answer[] {
  const { operators, sides, label, reversed } = relation;
  const [first, last] = [sides[0], sides.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (operators.every((operator) => operator === "=" || operator === "~")) {
    if (reversed) return [first];
    // 2 + 3 = 5
    if (label === undefined && !sides.every(isConstant)) return [];
    const exact = sides[operators.indexOf("~")];
    return exact === undefined || (exact === first && label !== undefined) ? [last] : [exact, last];
  }
  return operators.length === 1 && operators[0] === "∈" && label !== undefined ? [last] : [];
}

function isConstant(side: Answer): boolean {
  return side.kind === "value" && variablesOf(side.term).size === 0;
}

/** A relation with another kind of answer. */
export function compareWithRelation(a: Answer, relation: Relation, context: Context): Verdict {
  const values = given(relation);
  if (values.length > 0) return some([a], values, context);
  const found = sameRealSet(a, relation, context.work);
  if (found !== undefined) return found;
  if (a.kind === "set" && a.items.length === 1 && a.items[0] !== undefined) {
    return context.compare(a.items[0], relation, context);
  }
  return "unequal";
}

const FLIPPED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

export function compareRelations(a: Relation, b: Relation, context: Context): Verdict {
  const [x, y] = [given(a), given(b)];
  const solved = x.length > 0 && y.length > 0;
  if (solved) {
    const names = compareLabels(a, b, context);
    if (names === "equal") return some(x, y, context);
    if (a.sides.length !== 2 || b.sides.length !== 2) return names;
  }
  if (a.operators.length !== b.operators.length) {
    return sameRealSet(a, b, context.work) ?? (solved ? some(x, y, context) : "unequal");
  }
  const set = isComparison(a) && isComparison(b) ? sameRealSet(a, b, context.work) : undefined;
  if (set !== undefined) return set;
  const [one, other] = [ascending(a), ascending(b)];
  const alike = one.operators.every((operator, i) => operator === other.operators[i]);
  if (!alike) return "unequal";
  if (one.operators.length > 1) return inOrder(one.sides, other.sides, context);
  const [f, g] = [difference(one), difference(other)];
  if (f === undefined || g === undefined) return inOrder(one.sides, other.sides, context);
  const [operator] = one.operators;
  if (operator === "=" || operator === "~" || operator === "!=")
    return sameEquation(f, g, false, context.work);
  if (operator === "<" || operator === "<=") return sameEquation(f, g, true, context.work);
  return inOrder(one.sides, other.sides, context);
}

/** Whether what two equations define may be the same: names have to agree, words and f(x) may stand for any. */
function compareLabels(a: Relation, b: Relation, context: Context): Verdict {
  if (a.label === "words" && b.label === "words") return is(shareWord(a.sides[0], b.sides[0]));
  if (a.label === "words" || b.label === "words") return "equal";
  if ((a.label === "call") !== (b.label === "call")) return "equal";
  const [x, y] = [a, b].map((each) =>
    each.label === undefined ? each.sides.at(-1) : each.sides[0],
  );
  return x === undefined || y === undefined ? "equal" : context.compare(x, y, context);
}

function shareWord(a: Answer | undefined, b: Answer | undefined): boolean {
  if (a?.kind !== "text" || b?.kind !== "text") return true;
  const words = new Set(a.text.split(" "));
  return b.text.split(" ").some((word) => words.has(word));
}

/** The chain with its signs the way of <. */
function ascending({ operators, sides }: Relation): Pick<Relation, "operators" | "sides"> {
  if (!operators.every((operator) => operator === ">" || operator === ">="))
    return { operators, sides };
  return {
    operators: operators.map((operator) => FLIPPED[operator as ">" | ">="]).reverse(),
    sides: [...sides].reverse(),
  };
}

function difference({ sides }: Pick<Relation, "sides">): Term | undefined {
  const [left, right] = sides;
  return left?.kind === "value" && right?.kind === "value"
    ? subtract(left.term, right.term)
    : undefined;
}
