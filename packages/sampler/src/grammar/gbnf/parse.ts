// Parses GBNF, llama.cpp's form of EBNF
// (https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md). A rule ends where the next begins.

import { ANY_CHARACTER, complement, type Ranges, union } from "../characters/ranges.js";
import type { Budget } from "../limits.js";
import { RuleNames } from "../rule-names.js";
import {
  characters,
  choice,
  type Expression,
  literal,
  type Rules,
  repeat,
  sequence,
} from "../rules/expression.js";
import { SourceCursor } from "../source-cursor.js";

const SPACE = /(?:\s|#[^\n]*)*/y;
const NAME = /[a-zA-Z0-9_-]+/y;
const HEAD = /[a-zA-Z0-9_-]+\s*::=/y;
const COUNT = /\{\s*(\d*)\s*(,\s*(\d*)\s*)?\}/y;

/** Parses GBNF; the start is the rule `root`. */
export function parseGbnf(source: string, budget: Budget): Rules {
  const parser = new Parser(new SourceCursor("GBNF", source, budget), budget);
  return parser.grammar();
}

class Parser {
  readonly #cursor: SourceCursor;
  readonly #budget: Budget;
  readonly #names = new RuleNames("GBNF");

  constructor(cursor: SourceCursor, budget: Budget) {
    this.#cursor = cursor;
    this.#budget = budget;
  }

  grammar(): Rules {
    const cursor: SourceCursor = this.#cursor;
    cursor.match(SPACE);
    while (!cursor.done) {
      const name = cursor.match(NAME)?.[0];
      if (name === undefined) cursor.fail("expected a rule's name");
      cursor.match(SPACE);
      cursor.expect("::=");
      this.#names.define(name, this.#choice(0));
    }
    return this.#names.finish("root");
  }

  #choice(depth: number): Expression {
    this.#budget.checkDepth(depth);
    const items = [this.#sequence(depth)];
    while (this.#cursor.take("|")) items.push(this.#sequence(depth));
    return choice(...items);
  }

  #sequence(depth: number): Expression {
    const cursor: SourceCursor = this.#cursor;
    const items: Expression[] = [];
    for (;;) {
      cursor.match(SPACE);
      if (cursor.done || cursor.sees("|") || cursor.sees(")") || this.#atRule()) break;
      this.#budget.spend();
      items.push(this.#repeated(depth));
    }
    if (depth === 0 && cursor.sees(")")) cursor.fail("unmatched )");
    return sequence(...items);
  }

  #atRule(): boolean {
    const { at } = this.#cursor;
    const found = this.#cursor.match(HEAD);
    this.#cursor.at = at;
    return found !== undefined;
  }

  #repeated(depth: number): Expression {
    const cursor: SourceCursor = this.#cursor;
    let item = this.#atom(depth);
    for (;;) {
      cursor.match(SPACE);
      if (cursor.take("*")) item = repeat(item, 0, Number.POSITIVE_INFINITY);
      else if (cursor.take("+")) item = repeat(item, 1, Number.POSITIVE_INFINITY);
      else if (cursor.take("?")) item = repeat(item, 0, 1);
      else if (cursor.sees("{")) {
        const found = cursor.match(COUNT);
        if (found === undefined || (found[1] === "" && !found[3])) {
          cursor.fail("expected {n}, {n,}, {,m} or {n,m}");
        }
        const min = Number(found[1]);
        const max =
          found[2] === undefined ? min : found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY;
        if (max < min) cursor.fail("the numbers of {n,m} are out of order");
        item = repeat(item, min, max);
      } else return item;
    }
  }

  #atom(depth: number): Expression {
    const cursor: SourceCursor = this.#cursor;
    if (cursor.take('"')) return literal(cursor.string());
    if (cursor.take("[")) return characters(this.#class());
    if (cursor.take(".")) return characters(ANY_CHARACTER);
    if (cursor.take("(")) {
      const inner = this.#choice(depth + 1);
      cursor.expect(")");
      return inner;
    }
    if (cursor.sees("<") || cursor.sees("!")) {
      cursor.fail("rules about token ids aren't supported", "ERR_UNSUPPORTED");
    }
    const name = cursor.match(NAME)?.[0];
    if (name === undefined) cursor.fail("expected a rule's name, a string, a class or a group");
    return this.#names.use(name);
  }

  #class(): Ranges {
    const cursor: SourceCursor = this.#cursor;
    const negated = cursor.take("^");
    const list: number[] = [];
    while (!cursor.take("]")) {
      const from = cursor.take("\\") ? cursor.escape() : cursor.character();
      let to = from;
      if (cursor.sees("-") && !cursor.sees("-]")) {
        cursor.take("-");
        to = cursor.take("\\") ? cursor.escape() : cursor.character();
        if (to < from) cursor.fail("a range is out of order");
      }
      this.#budget.spend();
      list.push(from, to);
    }
    const set = union(list);
    return negated ? complement(set) : set;
  }
}
