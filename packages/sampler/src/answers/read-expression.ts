// Reads the tree of an answer: sets, tuples, intervals, matrices, relations, and values with their units.

import type { Term } from "../exact/term.js";
import type { Expression } from "../expression/expression.js";
import { type Answer, isComparison, type Value } from "./answer.js";
import { normalWords } from "./clean.js";
import { labelOf } from "./labels.js";
import { hasMatrix, toMatrix } from "./matrix.js";
import { choose, hasSign } from "./signs.js";
import { splitUnit } from "./split-unit.js";
import { toTerm } from "./to-term.js";

/** Most members of a list, set or tuple. */
const MAX_ITEMS = 64;

/** What an expression, parsed from `source`, says as an answer; `undefined` if nothing that is known here. */
export const readExpression = (expression: Expression, source: string): Answer | undefined =>
  new Reader(source).read(expression);

class Reader {
  constructor(readonly source: string) {}

  read(expression: Expression): Answer | undefined {
    if (expression.kind === "list") return this.#list(expression);
    if (expression.kind === "group") {
      const group = this.#group(expression);
      if (group !== undefined) return group;
    }
    if (hasSign(expression)) return this.#both(expression);
    if (expression.kind !== "matrix" && hasMatrix(expression)) {
      const rows = toMatrix(expression)?.map((row) =>
        row.map((term): Answer => ({ kind: "value", term })),
      );
      return rows && { kind: "matrix", rows };
    }
    switch (expression.kind) {
      case "relation":
        return this.#relation(expression);
      case "matrix":
        if (expression.style === "vmatrix") break;
        return this.#matrix(expression.rows);
      case "group":
        return undefined;
      case "name":
        if (expression.name === "…") return undefined;
        if (/^[∅ℝℤℕℚℂ]$/.test(expression.name)) return { kind: "named", name: expression.name };
        break;
      case "binary": {
        const { operator } = expression;
        if (operator === "∪" || operator === "∩" || operator === "∖")
          return this.#combined(operator, expression);
        // 2:05 is a time.
        if (operator === ":") return /:0\d/.test(this.source) ? undefined : this.#ratio(expression);
        if (
          operator === "-" &&
          expression.left.kind === "name" &&
          /^[ℝℤℕℚℂ]$/.test(expression.left.name)
        ) {
          return this.#combined("∖", expression);
        }
        break;
      }
      default:
        break;
    }
    return this.#value(expression);
  }

  #value(expression: Expression): Value | undefined {
    const { value, unit, percent } = splitUnit(expression);
    const term = toTerm(value);
    if (term === undefined) return undefined;
    // Words count numbers; letters before words are words themselves.
    if (unit?.words !== undefined && !/\d|\\pi|π/.test(this.#slice(expression))) return undefined;
    return {
      kind: "value",
      term,
      ...(unit && { unit }),
      ...(percent && { percent }),
      ...(value.kind === "based" && { based: { digits: value.digits, base: value.base } }),
    };
  }

  /** Both meanings of an expression with ±. */
  #both(expression: Expression): Answer | undefined {
    const [upper, lower] = [
      this.read(choose(expression, true)),
      this.read(choose(expression, false)),
    ];
    return upper && lower && { kind: "set", items: [upper, lower], bare: true };
  }

  #items(items: readonly Expression[]): Answer[] | undefined {
    const read: Answer[] = [];
    if (items.length > MAX_ITEMS) return undefined;
    for (const item of items) {
      const answer = this.read(item);
      if (answer === undefined) return undefined;
      // ±1, ±2 are four numbers.
      if (answer.kind === "set" && answer.bare && hasSign(item)) read.push(...answer.items);
      else read.push(answer);
    }
    return read;
  }

  #list(expression: Expression & { kind: "list" }): Answer | undefined {
    const { items } = expression;
    if (items.some(isEllipsis)) return this.#pattern(items);
    const read = this.#items(items);
    if (read === undefined) return this.#phrases(items);
    const [only] = read;
    if (read.length === 1 && only !== undefined) return only;
    const conditions = read.every(isComparison);
    const except = read.some((each) => each.kind === "relation" && each.operators[0] === "!=");
    const all =
      conditions && (expression.joined === "and" || (except && expression.joined !== "or"));
    return { kind: "set", items: read, bare: true, ...(all && { all }) };
  }

  /** Names and words in a list: Ann and Bob. */
  #phrases(items: readonly Expression[]): Answer | undefined {
    if (!items.every((item) => item.kind === "text" || this.read(item) !== undefined))
      return undefined;
    const read = items.map(
      (item): Answer => this.read(item) ?? { kind: "text", text: normalWords(this.#slice(item)) },
    );
    return { kind: "set", items: read, bare: true };
  }

  #pattern(items: readonly Expression[]): Answer | undefined {
    const read: (Answer | "…")[] = [];
    for (const item of items) {
      const answer = isEllipsis(item) ? "…" : this.read(item);
      if (answer === undefined) return undefined;
      read.push(answer);
    }
    return { kind: "pattern", items: read };
  }

  #group(expression: Expression & { kind: "group" }): Answer | undefined {
    const { open, close, items } = expression;
    if (open === "{") {
      const [only] = items;
      if (only?.kind === "binary" && only.operator === "∣")
        return this.#builder(only.left, only.right);
      if (items.length === 0) return { kind: "named", name: "∅" };
      if (items.some(isEllipsis)) return this.#pattern(items);
      const read = this.#items(items);
      // Braces that aren't escaped aren't seen in LaTeX.
      return (
        read && {
          kind: "set",
          items: read,
          bare: this.source.charAt(expression.span.start) === "{",
        }
      );
    }
    if (items.some(isEllipsis)) return this.#pattern(items);
    const round = open === "(" && close === ")";
    if (
      !round &&
      items.length === 2 &&
      !(open === "[" && close === "]" && items[0]?.kind === "group")
    ) {
      const [low, high] = items.map(toTerm);
      if (low === undefined || high === undefined) return undefined;
      return { kind: "interval", low, high, lowClosed: open === "[", highClosed: close === "]" };
    }
    if (
      open === "[" &&
      items.length > 0 &&
      items.every((item) => item.kind === "group" && item.open === "[")
    ) {
      return this.#matrix(items.map((item) => (item.kind === "group" ? item.items : [])));
    }
    if (items.length === 0 || items.some(hasSign)) return undefined;
    const read = this.#items(items);
    return read && { kind: "tuple", items: read };
  }

  /** `{x | x > 2}` is what its condition says; `{2k | k ∈ ℤ}` isn't read. */
  #builder(left: Expression, right: Expression): Answer | undefined {
    const name = left.kind === "relation" ? left.operands[0] : left;
    return name?.kind === "name" ? this.read(right) : undefined;
  }

  #combined(
    operator: "∪" | "∩" | "∖",
    expression: Expression & { kind: "binary" },
  ): Answer | undefined {
    const [left, right] = [this.read(expression.left), this.read(expression.right)];
    return left && right && { kind: "combined", operator, left, right };
  }

  #ratio(expression: Expression & { kind: "binary" }): Answer | undefined {
    const terms: Term[] = [];
    let rest: Expression = expression;
    while (rest.kind === "binary" && rest.operator === ":") {
      const term = toTerm(rest.right);
      if (term === undefined) return undefined;
      terms.unshift(term);
      rest = rest.left;
    }
    const first = toTerm(rest);
    return first && { kind: "ratio", terms: [first, ...terms] };
  }

  #matrix(rows: readonly (readonly Expression[])[]): Answer | undefined {
    const read: Answer[][] = [];
    for (const row of rows) {
      const items = this.#items(row);
      if (items === undefined) return undefined;
      read.push(items);
    }
    if (read.length === 0) return undefined;
    const items = read.flat();
    // Equations under each other are a system.
    if (items.length === read.length && items.every(({ kind }) => kind === "relation")) {
      return { kind: "set", items, bare: true };
    }
    return { kind: "matrix", rows: read };
  }

  #relation(expression: Expression & { kind: "relation" }): Answer | undefined {
    const { operators, operands } = expression;
    const [first] = operands;
    const last = operands.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const sides: Answer[] = [];
    for (const operand of operands) {
      const side = this.read(operand);
      if (side === undefined && labelOf(operand) === undefined) return undefined;
      sides.push(side ?? { kind: "text", text: normalWords(this.#slice(operand)) });
    }
    const label = labelOf(first);
    return {
      kind: "relation",
      operators,
      sides,
      label,
      reversed: label === undefined && labelOf(last) === "name",
    };
  }

  #slice({ span }: Expression): string {
    return this.source.slice(span.start, span.end);
  }
}

const isEllipsis = (expression: Expression): boolean =>
  expression.kind === "name" && expression.name === "…";
