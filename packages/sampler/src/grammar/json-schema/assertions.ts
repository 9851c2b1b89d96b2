// What single keywords ask for, or ask not to be, of a branch.

import { SamplerError } from "../../errors.js";
import { complement, ofTexts } from "../characters/automata.js";
import type { Budget } from "../limits.js";
import { parseRegex } from "../regex/parse.js";
import { searchAutomaton } from "../regex/search.js";
import type { Automaton } from "../rules/expression.js";
import { ALL_TYPES, BOOLEAN, TYPES } from "./branch.js";
import type { Assertion } from "./changes.js";
import { formatAutomaton } from "./formats.js";
import { compared, integers, multiples, ofNumbers, otherNumbers } from "./numbers.js";
import { describe, type SchemaNode } from "./schema-node.js";

const TYPE_NAMES: Readonly<Record<string, number>> = {
  null: TYPES.null,
  boolean: BOOLEAN,
  number: TYPES.number,
  integer: TYPES.number,
  string: TYPES.string,
  array: TYPES.array,
  object: TYPES.object,
};

export class Assertions {
  readonly #budget: Budget;
  readonly #formats: boolean;
  readonly #known = new Map<string, Automaton>();

  constructor(budget: Budget, formats: boolean) {
    this.#budget = budget;
    this.#formats = formats;
  }

  type(node: SchemaNode, holds: boolean): Assertion {
    const value = (node.value as { type: unknown }).type;
    const names = Array.isArray(value) ? value : [value];
    let types = 0;
    for (const name of names) {
      const bits = typeof name === "string" && Object.hasOwn(TYPE_NAMES, name) && TYPE_NAMES[name];
      if (!bits) {
        throw new SamplerError("ERR_GRAMMAR", `${node.pointer}/type: no type ${describe(name)}`);
      }
      types |= bits;
    }
    const integer = names.includes("integer") && !names.includes("number");
    return (branch) => {
      branch.types &= holds ? types : integer ? ALL_TYPES & ~(types & ~TYPES.number) : ~types;
      if (integer && holds) branch.integer = true;
      else if (integer) {
        branch.numbers.push(
          this.#once("not integer", () => otherNumbers(integers(this.#budget), this.#budget)),
        );
      }
    };
  }

  /** `minimum` and the like, and `multipleOf`. */
  number(node: SchemaNode, keyword: string, holds: boolean): Assertion {
    const value = (node.value as Record<string, number>)[keyword] as number;
    const budget = this.#budget;
    const set = this.#once(`${keyword} ${value} ${holds}`, () => {
      const where = `${node.pointer}/${keyword}`;
      if (keyword === "multipleOf") {
        const all = multiples(value, budget, where);
        return holds ? all : otherNumbers(all, budget);
      }
      const above = keyword === "minimum" || keyword === "exclusiveMinimum";
      const equal = (keyword === "minimum" || keyword === "maximum") === holds;
      const order = above === holds ? "greater" : "less";
      return compared(value, equal ? [order, "equal"] : [order], budget);
    });
    return (branch) => {
      if (!holds) branch.types &= TYPES.number;
      branch.numbers.push(set);
    };
  }

  pattern(node: SchemaNode, holds: boolean): Assertion {
    const { pattern } = node.value as { pattern: string };
    const found = this.patternOf(pattern, `${node.pointer}/pattern`);
    return this.#strings(`pattern ${pattern}`, found, holds);
  }

  format(node: SchemaNode, holds: boolean): Assertion {
    const { format } = node.value as { format: unknown };
    if (!this.#formats) {
      return (branch) => {
        if (!holds) branch.types = 0;
      };
    }
    const found = this.#once(`format ${format}`, () =>
      formatAutomaton(format, `${node.pointer}/format`, this.#budget),
    );
    return this.#strings(`format ${format}`, found, holds);
  }

  /** Strings in which a regular expression is found. */
  patternOf(pattern: string, where: string): Automaton {
    return this.#once(`pattern ${pattern}`, () => {
      try {
        return searchAutomaton(parseRegex(pattern, this.#budget), this.#budget);
      } catch (error) {
        if (!(error instanceof SamplerError)) throw error;
        throw new SamplerError(error.code, `${where}: ${error.message}`, { cause: error });
      }
    });
  }

  /** Null, booleans, numbers and strings of `enum` or `const`. */
  scalars(values: readonly unknown[], holds: boolean): Assertion {
    let types = 0;
    const numbers: number[] = [];
    const strings: string[] = [];
    for (const value of values) {
      if (value === null) types |= TYPES.null;
      else if (value === true) types |= TYPES.true;
      else if (value === false) types |= TYPES.false;
      else if (typeof value === "number") numbers.push(value);
      else if (typeof value === "string") strings.push(value);
    }
    const budget = this.#budget;
    if (numbers.length > 0) types |= TYPES.number;
    if (strings.length > 0) types |= TYPES.string;
    if (!holds) {
      return (branch) => {
        branch.types &= ~(types & ~(TYPES.number | TYPES.string));
        if (numbers.length > 0) {
          branch.numbers.push(otherNumbers(ofNumbers(numbers, budget), budget));
        }
        if (strings.length > 0) branch.strings.push(complement(ofTexts(strings, budget), budget));
      };
    }
    return (branch) => {
      branch.types &= types;
      if (strings.length > 0) branch.strings.push(ofTexts(strings, budget));
      if (numbers.length === 0) return;
      if (numbers.every(Number.isInteger)) branch.integer = true;
      branch.numbers.push(ofNumbers(numbers, budget));
    };
  }

  #strings(key: string, set: Automaton, holds: boolean): Assertion {
    const wanted = holds ? set : this.#once(`not ${key}`, () => complement(set, this.#budget));
    return (branch) => {
      if (!holds) branch.types &= TYPES.string;
      branch.strings.push(wanted);
    };
  }

  #once(key: string, make: () => Automaton): Automaton {
    let automaton = this.#known.get(key);
    if (automaton === undefined) {
      automaton = make();
      this.#known.set(key, automaton);
    }
    return automaton;
  }
}
