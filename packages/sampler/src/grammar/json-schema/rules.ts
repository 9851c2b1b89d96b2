// JSON Schema as rules of JSON text: one for each set of schemas that must hold
// for a value, so that recursive schemas are recursive rules.

import { ensure, SamplerError } from "../../errors.js";
import { includes, intersect, isEmpty } from "../characters/automata.js";
import type { Budget } from "../limits.js";
import {
  type Automaton,
  characters,
  choice,
  EMPTY,
  type Expression,
  literal,
  NOTHING,
  optional,
  type Rules,
  repeat,
  rule,
  sequence,
  star,
} from "../rules/expression.js";
import { arrayExpression } from "./arrays.js";
import { type Branch, type Conjunction, conjunctionKey, TYPES } from "./branch.js";
import { yes } from "./changes.js";
import { Expander } from "./expand.js";
import { decimals } from "./numbers.js";
import { memberConjunction, objectExpression } from "./objects.js";
import { SchemaDocument } from "./schema-node.js";
import { ANY_STRING, quoted, stringAutomaton } from "./strings.js";
import type { ValueWriter } from "./value-writer.js";

export interface JsonSchemaOptions {
  /** Space between the parts of the JSON text: `"any"` is any amount, `"none"` is none. Default: `"any"`. */
  readonly whitespace?: "any" | "none";
  /**
   * What `format` means: `"annotation"`, as draft 2020-12 has it, is nothing; `"assertion"` enforces date, time,
   * date-time, duration, uuid and ipv4, and refuses others. Default: `"annotation"`.
   */
  readonly formats?: "annotation" | "assertion";
}

const DIGIT = characters([0x30, 0x39]);
const DIGITS = repeat(DIGIT, 1, Number.POSITIVE_INFINITY);

/** Any number (RFC 8259, section 6). */
const ANY_NUMBER = sequence(
  optional(literal("-")),
  choice(literal("0"), sequence(characters([0x31, 0x39]), star(DIGIT))),
  optional(sequence(literal("."), DIGITS)),
  optional(
    sequence(
      choice(literal("e"), literal("E")),
      optional(choice(literal("+"), literal("-"))),
      DIGITS,
    ),
  ),
);

export async function jsonSchemaRules(
  schema: unknown,
  budget: Budget,
  { whitespace = "any", formats = "annotation" }: JsonSchemaOptions = {},
): Promise<Rules> {
  ensure(
    whitespace === "any" || whitespace === "none",
    "ERR_ARGUMENT",
    () => `whitespace: expected "any" or "none", found ${whitespace}`,
  );
  ensure(
    formats === "annotation" || formats === "assertion",
    "ERR_ARGUMENT",
    () => `formats: expected "annotation" or "assertion", found ${formats}`,
  );
  budget.checkSource(SchemaDocument.measure(schema));
  const writer = new Writer(schema, budget, whitespace === "any", formats === "assertion");
  return writer.run();
}

class Writer implements ValueWriter {
  readonly budget: Budget;
  readonly space: Expression;
  readonly comma: Expression;
  readonly colon: Expression;
  readonly #document: SchemaDocument;
  readonly #expander: Expander;
  readonly #indexes = new Map<string, number>();
  readonly #conjunctions: Conjunction[] = [];
  /** Whether schemas can hold at once, as far as it is known; until then they are taken to. */
  readonly #satisfiable = new Map<string, boolean>();

  constructor(schema: unknown, budget: Budget, spaced: boolean, formats: boolean) {
    this.budget = budget;
    this.space = spaced ? star(characters([0x09, 0x0a, 0x0d, 0x0d, 0x20, 0x20])) : EMPTY;
    this.comma = sequence(literal(","), this.space);
    this.colon = sequence(literal(":"), this.space);
    this.#document = new SchemaDocument(schema, budget);
    this.#expander = new Expander(
      this.#document,
      budget,
      formats,
      (a, b) => !this.#canHold([yes(a), yes(b)]),
    );
  }

  async run(): Promise<Rules> {
    this.value([yes(this.#document.root)]);
    const rules: Expression[] = [];
    for (let i = 0; i < this.#conjunctions.length; i++) {
      rules.push(this.#write(this.#conjunctions[i] as Conjunction));
      if (this.budget.due) await this.budget.pause();
    }
    return { rules, start: 0 };
  }

  value(conjunction: Conjunction): Expression {
    const useful = conjunction.filter(({ node, holds }) => node.value !== holds);
    const key = conjunctionKey(useful);
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = this.#conjunctions.push(useful) - 1;
      this.#indexes.set(key, index);
    }
    return rule(index);
  }

  allowsName(names: Conjunction, name: string): boolean {
    return this.nameSets(names).some((set) => set === undefined || includes(set, name));
  }

  nameSets(names: Conjunction): readonly (Automaton | undefined)[] {
    return this.#expander
      .expand(names)
      .filter(({ types }) => types & TYPES.string)
      .map((branch) => stringAutomaton(branch, this.budget));
  }

  #write(conjunction: Conjunction): Expression {
    const forms = this.#expander.expand(conjunction).flatMap((branch) => {
      const { types } = branch;
      const parts: Expression[] = [];
      if (types & TYPES.null) parts.push(literal("null"));
      if (types & TYPES.false) parts.push(literal("false"));
      if (types & TYPES.true) parts.push(literal("true"));
      if (types & TYPES.number) parts.push(this.#number(branch));
      if (types & TYPES.string) parts.push(this.#string(branch));
      if (types & TYPES.array) parts.push(arrayExpression(branch, this));
      if (types & TYPES.object) parts.push(objectExpression(branch, this));
      return parts;
    });
    return forms.length === 0 ? NOTHING : choice(...forms);
  }

  #number(branch: Branch): Expression {
    const automaton = this.#numbers(branch);
    if (automaton === undefined) return ANY_NUMBER;
    return { kind: "automaton", automaton, spelling: "bytes" };
  }

  /** Integers are written without a fraction. */
  #numbers({ numbers, integer }: Branch): Automaton | undefined {
    if (numbers.length === 0 && !integer) return undefined;
    return intersect([...numbers, decimals(this.budget, !integer)], this.budget);
  }

  #string(branch: Branch): Expression {
    const automaton = stringAutomaton(branch, this.budget);
    return automaton === undefined ? ANY_STRING : quoted(automaton);
  }

  #canHold(conjunction: Conjunction): boolean {
    const key = conjunctionKey(conjunction);
    const known = this.#satisfiable.get(key);
    if (known !== undefined) return known;
    this.#satisfiable.set(key, true);
    let holds: boolean;
    try {
      holds = this.#expander.expand(conjunction).some((branch) => this.#canBe(branch));
    } catch (error) {
      if (!(error instanceof SamplerError) || error.code !== "ERR_UNSUPPORTED") throw error;
      holds = true;
    }
    this.#satisfiable.set(key, holds);
    return holds;
  }

  #canBe(branch: Branch): boolean {
    const { types } = branch;
    if (types & (TYPES.null | TYPES.false | TYPES.true)) return true;
    if (types & TYPES.number) {
      const numbers = this.#numbers(branch);
      if (numbers === undefined || !isEmpty(numbers)) return true;
    }
    if (types & TYPES.string) {
      const strings = stringAutomaton(branch, this.budget);
      if (strings === undefined || !isEmpty(strings)) return true;
    }
    if (types & TYPES.array && branch.minItems <= branch.maxItems) {
      const firsts = branch.arrays.flatMap(({ prefix, rest }) => prefix[0] ?? rest ?? []);
      if (branch.minItems === 0 || this.#canHold(firsts)) return true;
    }
    return (
      (types & TYPES.object) !== 0 &&
      branch.minProperties <= branch.maxProperties &&
      branch.required.size <= branch.maxProperties &&
      [...branch.required].every(
        (name) => !branch.forbidden.has(name) && this.#canHold(memberConjunction(branch, name)),
      )
    );
  }
}
