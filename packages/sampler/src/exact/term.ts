// The meaning of a scalar expression: sums, products, powers and functions of rationals, constants and variables.

import { Rational } from "./rational.js";

export type Constant = "pi" | "e" | "i" | "infinity";

export type Term =
  | { readonly op: "rational"; readonly value: Rational }
  | { readonly op: "constant"; readonly name: Constant }
  | { readonly op: "variable"; readonly name: string }
  | {
      readonly op: "add" | "multiply" | "divide" | "power";
      readonly left: Term;
      readonly right: Term;
    }
  | { readonly op: "call"; readonly name: string; readonly args: readonly Term[] };

export const rational = (value: Rational): Term => ({ op: "rational", value });
export const integer = (value: number | bigint): Term => rational(Rational.of(value));
export const constant = (name: Constant): Term => ({ op: "constant", name });
export const variable = (name: string): Term => ({ op: "variable", name });

export const isRational = (term: Term, value?: number): boolean =>
  term.op === "rational" && (value === undefined || term.value.equals(Rational.of(value)));

/** No sum or product of rationals is folded into one with more binary digits than this. */
const MAX_BITS = 1 << 17;

const fold = (
  op: "add" | "multiply" | "divide",
  left: Term,
  right: Term,
  value: () => Rational,
): Term => {
  if (
    left.op === "rational" &&
    right.op === "rational" &&
    left.value.bits + right.value.bits < MAX_BITS
  ) {
    return rational(value());
  }
  return { op, left, right };
};

export function add(left: Term, right: Term): Term {
  if (isRational(left, 0)) return right;
  if (isRational(right, 0)) return left;
  return fold("add", left, right, () => rationalOf(left).add(rationalOf(right)));
}

export function multiply(left: Term, right: Term): Term {
  if (isRational(left, 1)) return right;
  if (isRational(right, 1)) return left;
  return fold("multiply", left, right, () => rationalOf(left).multiply(rationalOf(right)));
}

/** A division by 0 stays as it is: it has no value, and equals only itself. */
export function divide(left: Term, right: Term): Term {
  if (isRational(right, 1)) return left;
  if (isRational(right, 0)) return { op: "divide", left, right };
  return fold("divide", left, right, () => rationalOf(left).divide(rationalOf(right)));
}

export const negate = (term: Term): Term => multiply(integer(-1), term);
export const subtract = (left: Term, right: Term): Term => add(left, negate(right));

export function power(base: Term, exponent: Term): Term {
  if (isRational(exponent, 1)) return base;
  if (base.op === "rational" && exponent.op === "rational") {
    const value = base.value.pow(exponent.value, MAX_BITS);
    if (value !== undefined) return rational(value);
  }
  return { op: "power", left: base, right: exponent };
}

export const call = (name: string, ...args: Term[]): Term => ({ op: "call", name, args });

const rationalOf = (term: Term): Rational => (term as Term & { op: "rational" }).value;

/** The names of the variables in `term`. */
export function variablesOf(term: Term, found: Set<string> = new Set()): Set<string> {
  if (term.op === "variable") found.add(term.name);
  else if (term.op === "call") for (const argument of term.args) variablesOf(argument, found);
  else if ("left" in term) {
    variablesOf(term.left, found);
    variablesOf(term.right, found);
  }
  return found;
}

/** Whether `test` holds for `term` or any part of it. */
export function someTerm(term: Term, test: (part: Term) => boolean): boolean {
  if (test(term)) return true;
  if (term.op === "call") return term.args.some((argument) => someTerm(argument, test));
  return "left" in term && (someTerm(term.left, test) || someTerm(term.right, test));
}
