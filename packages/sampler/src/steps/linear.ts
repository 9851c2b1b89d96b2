// Linear equations that a text has asserted, kept reduced, so that a new one is implied, contradicted or new.

import { Rational } from "../exact/rational.js";
import type { Expression } from "../expression/expression.js";

/** `constant` and a sum of letters with coefficients other than 0. */
export interface LinearForm {
  readonly constant: Rational;
  readonly terms: ReadonlyMap<string, Rational>;
}

const none: ReadonlyMap<string, Rational> = new Map();
/** Exponents of products of constants only. */
const maxBits = 4096;

const constant = (value: Rational): LinearForm => ({ constant: value, terms: none });

export function scaled(form: LinearForm, factor: Rational): LinearForm {
  if (factor.isZero) return constant(Rational.zero);
  const terms = new Map<string, Rational>();
  for (const [name, value] of form.terms) terms.set(name, value.multiply(factor));
  return { constant: form.constant.multiply(factor), terms };
}

export function sum(a: LinearForm, b: LinearForm): LinearForm {
  const terms = new Map(a.terms);
  for (const [name, value] of b.terms) {
    const total = value.add(terms.get(name) ?? Rational.zero);
    if (total.isZero) terms.delete(name);
    else terms.set(name, total);
  }
  return { constant: a.constant.add(b.constant), terms };
}

export function difference(a: LinearForm, b: LinearForm): LinearForm {
  return sum(a, scaled(b, Rational.of(-1)));
}

/** The tree as a linear form in its names; `undefined` when it is none. */
export function linearForm(tree: Expression): LinearForm | undefined {
  const form = read(tree);
  return form !== undefined && form.constant.bits <= maxBits ? form : undefined;
}

function read(tree: Expression): LinearForm | undefined {
  switch (tree.kind) {
    case "number":
      return constant(tree.value);
    case "mixed":
      return constant(tree.whole.add(tree.fraction));
    case "name":
      return { constant: Rational.zero, terms: new Map([[tree.name, Rational.one]]) };
    case "unary": {
      const operand = linearForm(tree.operand);
      if (operand === undefined) return undefined;
      if (tree.operator === "+") return operand;
      return tree.operator === "-" ? scaled(operand, Rational.of(-1)) : undefined;
    }
    case "binary": {
      const left = linearForm(tree.left);
      const right = left === undefined ? undefined : linearForm(tree.right);
      return left === undefined || right === undefined
        ? undefined
        : combine(tree.operator, left, right);
    }
    default:
      return undefined;
  }
}

function combine(operator: string, left: LinearForm, right: LinearForm): LinearForm | undefined {
  switch (operator) {
    case "+":
      return sum(left, right);
    case "-":
      return difference(left, right);
    case "*":
      if (right.terms.size === 0) return scaled(left, right.constant);
      return left.terms.size === 0 ? scaled(right, left.constant) : undefined;
    case "/":
      if (right.terms.size > 0 || right.constant.isZero) return undefined;
      return scaled(left, Rational.one.divide(right.constant));
    case "^": {
      if (right.terms.size > 0) return undefined;
      if (right.constant.equals(Rational.one)) return left;
      const power = left.terms.size > 0 ? undefined : left.constant.pow(right.constant, maxBits);
      return power === undefined ? undefined : constant(power);
    }
    default:
      return undefined;
  }
}

/** `lead` plus `rest` is 0, and no other row has `lead`. */
interface Row {
  readonly lead: string;
  readonly rest: LinearForm;
}

/** An equation as it was asserted. */
interface Source {
  readonly form: LinearForm;
  /** The letter that it gives a value to. */
  readonly lone: string | undefined;
}

const maxRows = 32;
const maxTerms = 24;

/** A consistent set of equations. Immutable. */
export class LinearSystem {
  static readonly empty = new LinearSystem([], []);

  private constructor(
    readonly rows: readonly Row[],
    readonly sources: readonly Source[],
  ) {}

  /** What `form` is after all that is known is put in. */
  reduce(form: LinearForm): LinearForm {
    let reduced = form;
    for (const { lead, rest } of this.rows) {
      const factor = reduced.terms.get(lead);
      if (factor === undefined) continue;
      reduced = sum(without(reduced, lead), scaled(rest, factor.negate()));
    }
    return reduced;
  }

  /** With the equation that `form` is 0; the same when it adds nothing, contradicts or reaches a limit. */
  with(form: LinearForm, lone?: string): LinearSystem {
    const reduced = this.reduce(form);
    const [first] = reduced.terms;
    const large = reduced.terms.size > maxTerms || reduced.constant.bits > maxBits;
    if (first === undefined || this.rows.length >= maxRows || large) return this;
    const [lead, factor] = first;
    const rest = scaled(without(reduced, lead), Rational.one.divide(factor));
    const rows = this.rows.map((row) => substitute(row, lead, rest));
    return new LinearSystem([...rows, { lead, rest }], [...this.sources, { form, lone }]);
  }

  /** Without the equations that give `name` a value, or, when `all`, that mention it. */
  forget(name: string, all: boolean): LinearSystem {
    const kept = this.sources.filter(({ form, lone }) =>
      all ? !form.terms.has(name) : lone !== name,
    );
    if (kept.length === this.sources.length) return this;
    return kept.reduce((system, { form, lone }) => system.with(form, lone), LinearSystem.empty);
  }

  has(name: string): boolean {
    return this.sources.some(({ form }) => form.terms.has(name));
  }

  /** The value of a letter that is determined. */
  value(name: string): Rational | undefined {
    const row = this.rows.find(({ lead }) => lead === name);
    return row !== undefined && row.rest.terms.size === 0 ? row.rest.constant.negate() : undefined;
  }
}

function substitute(row: Row, lead: string, rest: LinearForm): Row {
  const factor = row.rest.terms.get(lead);
  if (factor === undefined) return row;
  return { lead: row.lead, rest: sum(without(row.rest, lead), scaled(rest, factor.negate())) };
}

function without(form: LinearForm, name: string): LinearForm {
  const terms = new Map(form.terms);
  terms.delete(name);
  return { constant: form.constant, terms };
}
