// Expressions with ± stand for two: one with every upper sign, one with every lower.

import type { Expression } from "../expression/expression.js";

/** Whether ± or ∓ stands in the expression, outside lists. */
export function hasSign(expression: Expression): boolean {
  switch (expression.kind) {
    case "unary":
      return (
        expression.operator === "±" || expression.operator === "∓" || hasSign(expression.operand)
      );
    case "binary":
      return (
        expression.operator === "±" ||
        expression.operator === "∓" ||
        hasSign(expression.left) ||
        hasSign(expression.right)
      );
    case "postfix":
      return hasSign(expression.operand);
    case "call":
      return expression.args.some(hasSign);
    case "relation":
      return expression.operands.some(hasSign);
    case "group":
      return expression.open !== "{" && expression.items.some(hasSign);
    default:
      return false;
  }
}

/** The expression with every ± as + and every ∓ as -, or the other way round. */
export function choose(expression: Expression, upper: boolean): Expression {
  const pick = <T extends string>(operator: T): T | "+" | "-" =>
    operator === "±" ? (upper ? "+" : "-") : operator === "∓" ? (upper ? "-" : "+") : operator;
  switch (expression.kind) {
    case "unary":
      return {
        ...expression,
        operator: pick(expression.operator),
        operand: choose(expression.operand, upper),
      };
    case "binary":
      return {
        ...expression,
        operator: pick(expression.operator),
        left: choose(expression.left, upper),
        right: choose(expression.right, upper),
      };
    case "postfix":
      return { ...expression, operand: choose(expression.operand, upper) };
    case "call":
      return { ...expression, args: expression.args.map((each) => choose(each, upper)) };
    case "relation":
      return { ...expression, operands: expression.operands.map((each) => choose(each, upper)) };
    case "group":
      return { ...expression, items: expression.items.map((each) => choose(each, upper)) };
    default:
      return expression;
  }
}
