// Rules of a grammar's source by name, some of them used before they are defined.

import { SamplerError } from "../errors.js";
import { type Expression, type Rules, rule } from "./rules/expression.js";

export class RuleNames {
  readonly #language: string;
  readonly #indexes = new Map<string, number>();
  readonly #rules: (Expression | undefined)[] = [];

  constructor(language: string) {
    this.#language = language;
  }

  use(name: string): Expression {
    return rule(this.#index(name));
  }

  has(name: string): boolean {
    const index = this.#indexes.get(name);
    return index !== undefined && this.#rules[index] !== undefined;
  }

  define(name: string, expression: Expression): void {
    if (this.has(name)) {
      throw new SamplerError("ERR_GRAMMAR", `${this.#language}: ${name} is defined twice`);
    }
    this.#rules[this.#index(name)] = expression;
  }

  finish(start: string): Rules {
    if (!this.has(start)) {
      throw new SamplerError("ERR_GRAMMAR", `${this.#language}: there is no rule ${start}`);
    }
    const rules = this.#rules.map((expression, index) => {
      if (expression === undefined) {
        const name = [...this.#indexes].find(([, i]) => i === index)?.[0];
        throw new SamplerError("ERR_GRAMMAR", `${this.#language}: ${name} isn't defined`);
      }
      return expression;
    });
    return { rules, start: this.#index(start) };
  }

  #index(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.#rules.push(undefined) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }
}
