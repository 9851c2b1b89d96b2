// What the lines so far have said of their letters. Immutable: taking a line back is going back to the facts before it.

import type { Rational } from "../exact/rational.js";
import { evaluateExact } from "../expression/evaluate.js";
import type { Expression } from "../expression/expression.js";
import { hasCalls, namesIn, proportional } from "./identity.js";
import { difference, type LinearForm, LinearSystem, linearForm } from "./linear.js";

/** An equation that isn't linear. */
export interface Curve {
  readonly left: Expression;
  readonly right: Expression;
  readonly names: ReadonlySet<string>;
  /** Without roots and absolute values, which a step may square away and so gain a solution. */
  readonly rational: boolean;
}

const maxCurves = 12;
/** Letters that mean a constant. */
const constants = new Set(["i", "pi", "e"]);

export type Finding =
  | { readonly says: "follows"; readonly reason: string }
  /** `linear`: the equations that it contradicts leave one value only. */
  | { readonly says: "contradicts"; readonly reason: string; readonly linear: boolean }
  | { readonly says: "new"; readonly facts: Facts }
  | { readonly says: "nothing" };

interface State {
  readonly system: LinearSystem;
  readonly curves: readonly Curve[];
  /** Letters whose value was given, not found, and whether as a number or by an expression. */
  readonly given: ReadonlyMap<string, "number" | "expression">;
  /** Letters of equations that couldn't be read, which may have more than one value. */
  readonly open: ReadonlySet<string>;
}

export class Facts {
  static readonly none = new Facts({
    system: LinearSystem.empty,
    curves: [],
    given: new Map(),
    open: new Set(),
  });

  readonly #state: State;

  private constructor(state: State) {
    this.#state = state;
  }

  #but(changed: Partial<State>): Facts {
    return new Facts({ ...this.#state, ...changed });
  }

  get isEmpty(): boolean {
    return this.#state.system.rows.length === 0 && this.#state.curves.length === 0;
  }

  /** When a letter gets another value; when it gets another meaning, `all` that mentions it goes. */
  forget(name: string, all: boolean): Facts {
    const { system, curves, given, open } = this.#state;
    const others = new Map(given);
    others.delete(name);
    if (!all) return this.#but({ system: system.forget(name, false), given: others });
    const closed = new Set(open);
    closed.delete(name);
    return new Facts({
      system: system.forget(name, true),
      curves: curves.filter((curve) => !curve.names.has(name)),
      given: others,
      open: closed,
    });
  }

  /** With letters that may have more than one value. */
  opened(names: readonly string[]): Facts {
    const { open } = this.#state;
    if (names.every((name) => open.has(name))) return this;
    return this.#but({ open: new Set([...open, ...names]) });
  }

  /** What `left = right` is beside what is known. */
  consider(left: Expression, right: Expression): Finding {
    const names = namesIn(right, namesIn(left));
    for (const name of names) if (constants.has(name)) return { says: "nothing" };
    const [one, two] = [linearForm(left), linearForm(right)];
    if (one === undefined || two === undefined) return this.#considerCurve(left, right, names);
    const form = difference(one, two);
    const [only, ...more] = form.terms;
    if (only !== undefined && more.length === 0) {
      const [name, factor] = only;
      const found = this.#putBack(name, form.constant.negate().divide(factor));
      if (found !== undefined) return found;
    }
    const lone = left.kind === "name" ? left : right.kind === "name" ? right : undefined;
    return this.#considerForm(form, lone?.name, right, names);
  }

  #considerForm(
    form: LinearForm,
    lone: string | undefined,
    right: Expression,
    names: ReadonlySet<string>,
  ): Finding {
    const { system, given, open } = this.#state;
    const reduced = system.reduce(form);
    if (reduced.terms.size > 0) {
      const kind = isNumber(right) ? "number" : "expression";
      const facts = this.#but({
        system: system.with(form, lone),
        given: lone === undefined ? given : new Map([...given, [lone, kind]]),
      });
      return { says: "new", facts };
    }
    if (reduced.constant.isZero) {
      return form.terms.size === 0
        ? { says: "nothing" }
        : { says: "follows", reason: "it follows from the equations before it" };
    }
    // `w = w + 10` is an assignment, and `5y + 2 = 5y + 3` may refute; not so where y has a value.
    if (form.terms.size === 0 && !this.#areKnown(names, lone)) return { says: "nothing" };
    for (const name of open) {
      if (names.has(name) || system.has(name)) {
        return { says: "new", facts: this.#but({ system: system.forget(name, true) }) };
      }
    }
    // A letter that was given a value is given another, as a running total is.
    const before = lone === undefined ? undefined : given.get(lone);
    if (lone !== undefined && before !== undefined && (before === "number" || !isNumber(right))) {
      return this.forget(lone, false).#considerForm(form, lone, right, names);
    }
    return { says: "contradicts", reason: this.#contradiction(form), linear: true };
  }

  #areKnown(names: ReadonlySet<string>, lone: string | undefined): boolean {
    if (lone !== undefined || names.size === 0) return false;
    return [...names].every((name) => this.#state.system.value(name) !== undefined);
  }

  #contradiction(form: LinearForm): string {
    const known = [...form.terms.keys()].flatMap((name) => {
      const value = this.#state.system.value(name);
      return value === undefined ? [] : [`${name} = ${value}`];
    });
    return known.length > 0
      ? `it contradicts ${known.join(", ")}, which the equations before it give`
      : "it contradicts the equations before it";
  }

  /** A value is put into the equations that aren't linear; what is known of other letters too. */
  #putBack(name: string, value: Rational): Finding | undefined {
    const curves = this.#state.curves.filter((curve) => curve.names.has(name));
    if (curves.length === 0) return undefined;
    let satisfied = 0;
    for (const { left, right, names, rational } of curves) {
      const [a, b] = this.#sides(left, right, names, name, value);
      if (a === undefined || b === undefined) continue;
      if (a.equals(b)) satisfied++;
      else if (rational) {
        const reason = `with ${name} = ${value} an equation before it has ${a} and ${b} as its sides`;
        return { says: "contradicts", reason, linear: false };
      }
    }
    if (satisfied > 0) {
      return { says: "follows", reason: `${name} = ${value} satisfies the equation before it` };
    }
    return curves.some(({ names }) => names.size > 1) ? undefined : { says: "nothing" };
  }

  #sides(
    left: Expression,
    right: Expression,
    names: ReadonlySet<string>,
    name?: string,
    value?: Rational,
  ): [Rational | undefined, Rational | undefined] {
    const bindings = new Map<string, Rational>();
    for (const one of names) {
      const known = one === name ? value : this.#state.system.value(one);
      if (known === undefined) return [undefined, undefined];
      bindings.set(one, known);
    }
    return [evaluateExact(left, bindings), evaluateExact(right, bindings)];
  }

  #considerCurve(left: Expression, right: Expression, names: ReadonlySet<string>): Finding {
    if (names.size === 0) return { says: "nothing" };
    const { curves } = this.#state;
    for (const curve of curves) {
      if (proportional(left, right, curve.left, curve.right)) {
        return { says: "follows", reason: "it is an equation before it, rearranged" };
      }
    }
    const [a, b] = this.#sides(left, right, names);
    if (a !== undefined && b !== undefined && a.equals(b)) {
      return { says: "follows", reason: "the values before it satisfy it" };
    }
    // `y = x^2` defines y; a value of x alone doesn't have to satisfy it.
    if (left.kind === "name" || curves.length >= maxCurves) return { says: "nothing" };
    const rational = !hasCalls(left) && !hasCalls(right);
    return {
      says: "new",
      facts: this.#but({ curves: [...curves, { left, right, names, rational }] }),
    };
  }
}

/** A number, with a sign or as a fraction. */
function isNumber(tree: Expression): boolean {
  if (tree.kind === "unary") return isNumber(tree.operand);
  if (tree.kind === "binary") {
    return tree.operator === "/" && isNumber(tree.left) && isNumber(tree.right);
  }
  return tree.kind === "number" || tree.kind === "mixed";
}
