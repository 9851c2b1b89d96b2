// The matrix that an expression with matrices comes to.

import { entry, type Matrix, mapMatrix, matrixProduct } from "../exact/matrix.js";
import { add, divide, multiply, negate, subtract, type Term } from "../exact/term.js";
import type { Expression } from "../expression/expression.js";
import { toTerm } from "./to-term.js";

/** Whether a matrix stands in the expression. */
export function hasMatrix(expression: Expression): boolean {
  if (expression.kind === "matrix") return expression.style !== "vmatrix";
  if (expression.kind === "unary") return hasMatrix(expression.operand);
  return (
    expression.kind === "binary" && (hasMatrix(expression.left) || hasMatrix(expression.right))
  );
}

/** The matrix that an expression comes to; `undefined` if it isn't one, or its parts don't fit. */
export function toMatrix(expression: Expression): Matrix | undefined {
  if (expression.kind === "matrix") {
    if (expression.style === "cases" || expression.style === "vmatrix") return undefined;
    const rows: Term[][] = [];
    for (const row of expression.rows) {
      const terms = row.map(toTerm).filter((term) => term !== undefined);
      if (terms.length !== row.length) return undefined;
      rows.push(terms);
    }
    return rows.length > 0 && rows.every((row) => row.length === rows[0]?.length)
      ? rows
      : undefined;
  }
  if (expression.kind === "unary" && expression.operator === "-") {
    const operand = toMatrix(expression.operand);
    return operand && mapMatrix(operand, negate);
  }
  if (expression.kind !== "binary") return undefined;
  const { operator, left, right } = expression;
  const [a, b] = [toMatrix(left), toMatrix(right)];
  if ((operator === "+" || operator === "-") && a !== undefined && b !== undefined) {
    if (a.length !== b.length || a[0]?.length !== b[0]?.length) return undefined;
    const combine = operator === "+" ? add : subtract;
    return a.map((row, i) => row.map((term, j) => combine(term, entry(b, i, j))));
  }
  if (operator === "*" && a !== undefined && b !== undefined) return matrixProduct(a, b);
  if (operator === "*") {
    const [matrix, factor] = a === undefined ? [b, toTerm(left)] : [a, toTerm(right)];
    return matrix && factor && mapMatrix(matrix, (term) => multiply(factor, term));
  }
  if (operator === "/" && a !== undefined) {
    const divisor = toTerm(right);
    return divisor && mapMatrix(a, (term) => divide(term, divisor));
  }
  return undefined;
}
