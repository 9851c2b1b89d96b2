// The exact value of a side, and its tree.

import { Rational } from "../exact/rational.js";
import { evaluateExact } from "../expression/evaluate.js";
import type { Expression } from "../expression/expression.js";
import { parseExpression } from "../expression/parse.js";
import { literal, plainly, type Reading, render, type Side } from "./side.js";

/** Longer sides aren't evaluated. */
const maxText = 1500;

export function parse(text: string): Expression | undefined {
  if (text.length > maxText) return undefined;
  const tree = parseExpression(text);
  return tree.kind === "fault" ? undefined : tree;
}

function evaluate(text: string): Rational | undefined {
  const tree = parse(text);
  return tree === undefined ? undefined : evaluateExact(tree);
}

const plain = new WeakMap<Side, Rational | undefined>();

/** `undefined` when it has letters, divides by zero or is too large. */
export function sideValue(side: Side, reading: Reading = plainly): Rational | undefined {
  if (side.letters) return undefined;
  if (reading !== plainly) return evaluate(render(side, reading));
  if (plain.has(side)) return plain.get(side);
  const only = side.pieces.length === 1 ? literal(side) : undefined;
  const value = (only && Rational.fromDecimal(only.text)) ?? evaluate(render(side));
  plain.set(side, value);
  return value;
}

/** The value of what stood before a dash after words. */
export function shorterValue(side: Side): Rational | undefined {
  if (side.shorter === undefined || side.letters) return undefined;
  return evaluate(render({ ...side, pieces: side.pieces.slice(0, side.shorter) }));
}

/** Whether something is divided by what is zero. */
export function dividesByZero(tree: Expression | undefined): boolean {
  switch (tree?.kind) {
    case "unary":
    case "postfix":
      return dividesByZero(tree.operand);
    case "binary":
      return (
        (tree.operator === "/" && evaluateExact(tree.right)?.isZero === true) ||
        dividesByZero(tree.left) ||
        dividesByZero(tree.right)
      );
    default:
      return false;
  }
}

export function treeOf(side: Side): Expression | undefined {
  return parse(render(side));
}
