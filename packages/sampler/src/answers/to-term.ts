// The term that a scalar expression stands for.

import { determinant } from "../exact/matrix.js";
import type { Rational } from "../exact/rational.js";
import {
  add,
  call,
  constant,
  divide,
  integer,
  multiply,
  negate,
  power,
  rational,
  subtract,
  type Term,
  variable,
} from "../exact/term.js";
import { basedValue, callValue, factorial } from "../expression/evaluate.js";
import type { Expression } from "../expression/expression.js";

/** `undefined` for what isn't a scalar: words, sets, relations, ellipses. */
export function toTerm(expression: Expression): Term | undefined {
  switch (expression.kind) {
    case "number":
      return rational(expression.value);
    case "based": {
      const value = basedValue(expression.digits, expression.base);
      return value && rational(value);
    }
    case "mixed":
      return rational(expression.whole.add(expression.fraction));
    case "name":
      return nameTerm(expression.name);
    case "unary": {
      if (expression.operator === "±" || expression.operator === "∓") return undefined;
      const operand = toTerm(expression.operand);
      return operand && (expression.operator === "-" ? negate(operand) : operand);
    }
    case "binary": {
      if (isChoose(expression)) return callTerm("binom", expression.right.items);
      const left = toTerm(expression.left);
      const right = left && toTerm(expression.right);
      if (left === undefined || right === undefined) return undefined;
      switch (expression.operator) {
        case "+":
          return add(left, right);
        case "-":
          return subtract(left, right);
        case "*":
          return multiply(left, right);
        case "/":
        case ":":
          return divide(left, right);
        case "^":
          return power(left, right);
        default:
          return undefined;
      }
    }
    case "postfix": {
      const operand = toTerm(expression.operand);
      if (operand === undefined) return undefined;
      switch (expression.operator) {
        case "%":
          return divide(operand, integer(100));
        case "°":
          return multiply(divide(operand, integer(180)), constant("pi"));
        case "!": {
          const value = operand.op === "rational" ? factorial(operand.value) : undefined;
          return value === undefined ? call("factorial", operand) : rational(value);
        }
        case "'":
          return operand.op === "variable" ? variable(`${operand.name}'`) : undefined;
        default:
          return undefined;
      }
    }
    case "matrix": {
      if (expression.style !== "vmatrix") return undefined;
      const rows = expression.rows.map((row) =>
        row.map(toTerm).filter((term) => term !== undefined),
      );
      return rows.every((row) => row.length === rows.length) ? determinant(rows) : undefined;
    }
    case "call":
      return callTerm(expression.name, expression.args);
    default:
      return undefined;
  }
}

/** A sum or product over integers, written out where its bounds are known and near. */
function series(name: "sum" | "prod", args: readonly Term[]): Term | undefined {
  const [body, index, low, high] = args;
  if (body === undefined || index?.op !== "variable" || low === undefined || high === undefined) {
    return undefined;
  }
  const bounds = low.op === "rational" && high.op === "rational" ? [low.value, high.value] : [];
  const [from, to] = bounds;
  if (from === undefined || to === undefined) return call(name, ...args);
  if (!from.isInteger || !to.isInteger || to.numerator - from.numerator > MAX_SUMMANDS) {
    return call(name, ...args);
  }
  let result = integer(name === "sum" ? 0 : 1);
  for (let k = from.numerator; k <= to.numerator; k++) {
    const next = substitute(body, index.name, integer(k));
    result = name === "sum" ? add(result, next) : multiply(result, next);
  }
  return result;
}
const MAX_SUMMANDS = 200n;

function substitute(term: Term, name: string, by: Term): Term {
  const inner = (part: Term) => substitute(part, name, by);
  switch (term.op) {
    case "variable":
      return term.name === name ? by : term;
    case "add":
      return add(inner(term.left), inner(term.right));
    case "multiply":
      return multiply(inner(term.left), inner(term.right));
    case "divide":
      return divide(inner(term.left), inner(term.right));
    case "power":
      return power(inner(term.left), inner(term.right));
    case "call":
      return call(term.name, ...term.args.map(inner));
    default:
      return term;
  }
}

type Choose = Expression & { kind: "binary"; right: Expression & { kind: "group" } };

/** C(n, k). */
const isChoose = (expression: Expression & { kind: "binary" }): expression is Choose =>
  expression.left.kind === "name" &&
  expression.left.name === "C" &&
  expression.right.kind === "group" &&
  expression.right.open === "(" &&
  expression.right.items.length === 2;

function nameTerm(name: string): Term | undefined {
  if (name === "pi" || name === "e" || name === "i" || name === "infinity") return constant(name);
  return /^[∅ℝℤℕℚℂ…]/.test(name) ? undefined : variable(name);
}

function callTerm(name: string, written: readonly Expression[]): Term | undefined {
  const args: Term[] = [];
  for (const each of written) {
    const term = toTerm(each);
    if (term === undefined) return undefined;
    args.push(term);
  }
  const values: Rational[] = [];
  for (const each of args) if (each.op === "rational") values.push(each.value);
  const value = values.length === args.length ? callValue(name, values) : undefined;
  if (value !== undefined) return rational(value);
  const [x, y] = args;
  if (x === undefined) return undefined;
  const one = integer(1);
  const root = (inside: Term) => call("sqrt", inside);
  const square = power(x, integer(2));
  switch (name) {
    case "lg":
      return call("log", x, integer(10));
    case "exp":
      return power(constant("e"), x);
    case "arccot":
      return subtract(divide(constant("pi"), integer(2)), call("arctan", x));
    case "arcsec":
      return call("arccos", divide(one, x));
    case "arccsc":
      return call("arcsin", divide(one, x));
    case "coth":
      return divide(one, call("tanh", x));
    case "sech":
      return divide(one, call("cosh", x));
    case "csch":
      return divide(one, call("sinh", x));
    case "arcsinh":
      return call("ln", add(x, root(add(square, one))));
    case "arccosh":
      return call("ln", add(x, root(subtract(square, one))));
    case "arctanh":
      return divide(call("ln", divide(add(one, x), subtract(one, x))), integer(2));
    case "sum":
    case "prod":
      return series(name, args);
    case "root":
      return y?.op === "rational" && y.value.isZero ? undefined : call(name, ...args);
    case "deg":
    case "det":
    case "mod":
      return undefined;
    default:
      return call(name, ...args);
  }
}
