// Sides of equations that only name what the other side gives.

import type { Expression } from "../expression/expression.js";
import type { Relation } from "./answer.js";
import { toTerm } from "./to-term.js";

/** How the first side of an equation only says what it is that the other side gives, if it does. */
export function labelOf(expression: Expression): Relation["label"] {
  switch (expression.kind) {
    case "text":
      return "words";
    case "name":
      return toTerm(expression)?.op === "variable" ? "name" : undefined;
    case "postfix":
      return expression.operator === "'" ? labelOf(expression.operand) : undefined;
    case "group":
      // (x, y)
      return expression.open === "(" &&
        expression.items.every((item) => labelOf(item) !== undefined)
        ? "name"
        : undefined;
    case "binary": {
      // f(x), P(A), f^{-1}(x), f'(x)
      if (expression.operator !== "*" || expression.implicit !== true) return undefined;
      const { left, right } = expression;
      const called = left.kind === "binary" && left.operator === "^" ? left.left : left;
      if (isCalled(expression) && labelOf(called) === "name") return "call";
      // \text{Area of } ABC, and points: AB, ABC
      const [first, second] = [labelOf(left), labelOf(right)];
      if (first === "words" || second === "words") return "words";
      return isPoint(left) && isPoint(right) ? "product" : undefined;
    }
    default:
      return undefined;
  }
}

const isPoint = (expression: Expression): boolean =>
  expression.kind === "name" ? /^[A-Z]/.test(expression.name) : labelOf(expression) === "product";

/** `f(2)`: a letter right before something in brackets, which its span includes. */
const isCalled = ({ left, right }: Expression & { kind: "binary" }): boolean =>
  right.span.start === left.span.end &&
  (right.kind !== "name" || right.span.end - right.span.start >= right.name.length + 2);
