// The exact value of an expression that is rational.

import { gcd, rangeProduct } from "../exact/integer.js";
import { MAX_BITS, Rational } from "../exact/rational.js";
import type { Expression } from "./expression.js";

/** Values of names. */
export type Bindings = Readonly<Record<string, Rational>> | ReadonlyMap<string, Rational>;

/** No factorial of more is computed: 5000! has 16,326 digits. */
export const MAX_FACTORIAL = 5000;

const NONE: Bindings = new Map();

/**
 * The value of `expression`, exactly; `undefined` if it has none (0 to divide by, a name without a value, words), if it
 * isn't rational, if it isn't a number (a tuple, a relation), or if it is too large to be worth computing: every
 * intermediate value has at most 2^16 binary digits.
 *
 * @example
 * evaluateExact(parseExpression("2^{-3} + 50\\%") as Expression); // 5/8
 */
export function evaluateExact(
  expression: Expression,
  bindings: Bindings = NONE,
): Rational | undefined {
  const value = exactValue(expression, bindings);
  return value === undefined || value.bits > MAX_BITS ? undefined : value;
}

const lookUp = (bindings: Bindings, name: string): Rational | undefined =>
  bindings instanceof Map
    ? bindings.get(name)
    : Object.hasOwn(bindings, name)
      ? (bindings as Readonly<Record<string, Rational>>)[name]
      : undefined;

function exactValue(expression: Expression, bindings: Bindings): Rational | undefined {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "based":
      return basedValue(expression.digits, expression.base);
    case "mixed":
      return expression.whole.add(expression.fraction);
    case "name":
      return lookUp(bindings, expression.name);
    case "unary": {
      if (expression.operator === "±" || expression.operator === "∓") return undefined;
      const operand = evaluateExact(expression.operand, bindings);
      return expression.operator === "-" ? operand?.negate() : operand;
    }
    case "binary": {
      const left = evaluateExact(expression.left, bindings);
      const right = left === undefined ? undefined : evaluateExact(expression.right, bindings);
      if (left === undefined || right === undefined) return undefined;
      switch (expression.operator) {
        case "+":
          return left.add(right);
        case "-":
          return left.subtract(right);
        case "*":
          return left.multiply(right);
        case "/":
          return right.isZero ? undefined : left.divide(right);
        case "^":
          return left.pow(right);
        default:
          return undefined;
      }
    }
    case "postfix": {
      const operand = evaluateExact(expression.operand, bindings);
      if (operand === undefined) return undefined;
      if (expression.operator === "%") return operand.divide(Rational.of(100));
      return expression.operator === "!" ? factorial(operand) : undefined;
    }
    case "call": {
      const args: Rational[] = [];
      for (const argument of expression.args) {
        const value = evaluateExact(argument, bindings);
        if (value === undefined) return undefined;
        args.push(value);
      }
      return callValue(expression.name, args);
    }
    default:
      return undefined;
  }
}

/** The value of digits `0-9A-Z` in a base from 2 to 36; `undefined` if a digit is too large for it. */
export function basedValue(digits: string, base: number): Rational | undefined {
  if (base < 2 || base > 36) return undefined;
  let value = 0n;
  for (const char of digits.toUpperCase()) {
    const digit = Number.parseInt(char, 36);
    if (Number.isNaN(digit) || digit >= base) return undefined;
    value = value * BigInt(base) + BigInt(digit);
  }
  return Rational.of(value);
}

/** `of!` for integers from 0 to 5000. */
export function factorial(of: Rational): Rational | undefined {
  if (!of.isInteger || of.sign < 0 || of.numerator > BigInt(MAX_FACTORIAL)) return undefined;
  return Rational.of(rangeProduct(1, Number(of.numerator)));
}

function binomial(n: Rational, k: Rational): Rational | undefined {
  if (!n.isInteger || !k.isInteger || n.sign < 0 || k.sign < 0) return undefined;
  if (n.numerator > BigInt(MAX_FACTORIAL)) return undefined;
  const [top, some] = [Number(n.numerator), Number(k.numerator)];
  if (some > top) return Rational.zero;
  const fewer = Math.min(some, top - some);
  return Rational.of(rangeProduct(top - fewer + 1, top), rangeProduct(1, fewer));
}

/** The value of a function of rationals where that is rational. */
export function callValue(name: string, args: readonly Rational[]): Rational | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  switch (name) {
    case "sqrt":
      return args.length === 1 ? first.root(2) : undefined;
    case "root":
      return second?.isInteger && second.sign > 0 && second.numerator < 100n
        ? first.root(Number(second.numerator))
        : undefined;
    case "abs":
      return first.abs();
    case "sgn":
      return Rational.of(first.sign);
    case "floor":
      return Rational.of(first.floor());
    case "ceil":
      return Rational.of(first.ceil());
    case "binom":
      return second === undefined ? undefined : binomial(first, second);
    case "max":
    case "min":
      return args.reduce((best, each) =>
        best.compare(each) > 0 === (name === "max") ? best : each,
      );
    case "gcd":
    case "lcm": {
      if (args.some((each) => !each.isInteger)) return undefined;
      return args.reduce((all, each) => {
        const common = gcd(all.numerator, each.numerator);
        if (name === "gcd") return Rational.of(common);
        return common === 0n ? Rational.zero : all.multiply(each).abs().divide(Rational.of(common));
      });
    }
    default:
      return undefined;
  }
}
