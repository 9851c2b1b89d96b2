// Takes a unit, a currency or a percent sign off the number that it stands with.

import type { Expression } from "../expression/expression.js";
import { isNone, multiplyUnits, NO_UNIT, raiseUnit, readUnit, type Unit } from "./units.js";

export interface Measured {
  readonly value: Expression;
  readonly unit?: Unit;
  readonly percent?: true;
}

const DEGREE = readUnit("°");
const PERCENT = /^(?:percent|pct|percentage|per cent)\.?$/i;

export function splitUnit(expression: Expression): Measured {
  switch (expression.kind) {
    case "postfix":
      if (expression.operator === "%") return { value: expression.operand, percent: true };
      if (expression.operator === "°") return { value: expression.operand, unit: DEGREE };
      break;
    case "unary": {
      const inner = splitUnit(expression.operand);
      return { ...inner, value: { ...expression, operand: inner.value } };
    }
    case "binary": {
      if (expression.operator === "*") return product(expression);
      if (expression.operator === "+" || expression.operator === "-") return sum(expression);
      const under = expression.operator === "/" ? unitOf(expression.right) : undefined;
      if (under === undefined) break;
      const inner = splitUnit(expression.left);
      return { ...inner, unit: multiplyUnits(inner.unit ?? NO_UNIT, under, -1) };
    }
    default:
      break;
  }
  return { value: expression };
}

/** 3 + 2√2 units: what the last summand is measured in, unless the first has a unit of its own. */
function sum(expression: Expression & { kind: "binary" }): Measured {
  const right = splitUnit(expression.right);
  if (right.percent === true) return { value: expression };
  if (right.unit === undefined) return { value: { ...expression, right: right.value } };
  const left = splitUnit(expression.left);
  if (left.percent === true) return { value: expression };
  const alike =
    left.unit === undefined ||
    (left.unit.dimension === right.unit.dimension && left.unit.factor.equals(right.unit.factor));
  // 30° in a sum is an angle like any other.
  if (!alike || (right.unit === DEGREE && left.unit === undefined)) return { value: expression };
  return { value: { ...expression, left: left.value, right: right.value }, unit: right.unit };
}

function product(expression: Expression & { kind: "binary" }): Measured {
  const { left, right } = expression;
  if (right.kind === "text" && PERCENT.test(right.text))
    return { ...splitUnit(left), percent: true };
  // $5 a dozen: what stands in front may have a unit behind it too.
  if (left.kind === "text") {
    const inner = splitUnit(right);
    return { ...inner, unit: multiplyUnits(readUnit(left.text), inner.unit ?? NO_UNIT) };
  }
  // -$5
  if (left.kind === "unary" && left.operand.kind === "text") {
    return { value: { ...left, operand: right }, unit: readUnit(left.operand.text) };
  }
  const unit = unitOf(right);
  if (unit === undefined) {
    const inner = splitUnit(left);
    // 100°C: the letter belongs to the degree.
    if (
      right.kind === "name" &&
      (right.name === "C" || right.name === "F") &&
      left.kind === "postfix" &&
      left.operator === "°"
    ) {
      return { ...inner, unit: readUnit(`°${right.name}`) };
    }
    // ($5)(3): only a currency in front may be looked past.
    if (inner.unit !== undefined && left.kind === "binary" && left.left.kind === "text") {
      return { ...inner, value: { ...expression, left: inner.value } };
    }
    return { value: expression };
  }
  const inner = splitUnit(left);
  if (inner.unit === DEGREE && right.kind === "text" && /^[CF]$/.test(right.text)) {
    return { ...inner, unit: readUnit(`°${right.text}`) };
  }
  if (isNone(unit) && inner.unit === undefined) return inner;
  return { ...inner, unit: multiplyUnits(inner.unit ?? NO_UNIT, unit) };
}

/** The unit that an expression of words alone is. */
function unitOf(expression: Expression): Unit | undefined {
  if (expression.kind === "text") return readUnit(expression.text);
  if (expression.kind !== "binary") return undefined;
  const left = unitOf(expression.left);
  if (left === undefined) return undefined;
  if (expression.operator === "^") {
    const { right } = expression;
    const power = right.kind === "number" ? Number(right.value.toString()) : Number.NaN;
    return Number.isInteger(power) && power > 0 && power < 10 ? raiseUnit(left, power) : undefined;
  }
  const right = unitOf(expression.right);
  if (right === undefined) return undefined;
  if (expression.operator === "*") return multiplyUnits(left, right);
  return expression.operator === "/" ? multiplyUnits(left, right, -1) : undefined;
}
