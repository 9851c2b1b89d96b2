// Parses Lark's grammar language (https://lark-parser.readthedocs.io/en/stable/grammar.html).
//
// Text belongs to the grammar if it can be split into terminals in any way, as
// with Lark's `lexer="dynamic_complete"`; a lexer that takes the longest match
// would accept less. What is ignored may stand before each terminal and at the end.

import { union } from "../characters/ranges.js";
import type { Budget } from "../limits.js";
import { regexExpression } from "../regex/expression.js";
import { parseRegex } from "../regex/parse.js";
import { RuleNames } from "../rule-names.js";
import {
  characters,
  choice,
  type Expression,
  literal,
  optional,
  type Rules,
  repeat,
  sequence,
  star,
} from "../rules/expression.js";
import { SourceCursor } from "../source-cursor.js";
import { COMMON } from "./common.js";

const SPACE = /(?:\s|\/\/[^\n]*|#[^\n]*)*/y;
const NAME = /_?[a-zA-Z][a-zA-Z0-9_]*/y;
const HEAD = /(?:[?!]*_?[a-zA-Z][a-zA-Z0-9_]*(?:\.-?\d+)?(?:\{[^}]*\})?\s*:|%)/y;
const REGEX = /\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;

/** What is ignored, and the start with what may be ignored after it: names that no source can have. */
const IGNORED = "%ignore";
const WHOLE = "%whole";

/** Parses a Lark grammar; the start is the rule `start`. */
export function parseLark(source: string, budget: Budget): Rules {
  const parser = new Parser(new SourceCursor("Lark", source, budget), budget);
  return parser.grammar();
}

class Parser {
  readonly #cursor: SourceCursor;
  readonly #budget: Budget;
  readonly #names = new RuleNames("Lark");
  readonly #ignored: Expression[] = [];
  #inTerminal = false;

  constructor(cursor: SourceCursor, budget: Budget) {
    this.#cursor = cursor;
    this.#budget = budget;
  }

  grammar(): Rules {
    const cursor: SourceCursor = this.#cursor;
    for (this.#space(); !cursor.done; this.#space()) {
      if (cursor.take("%")) this.#directive();
      else this.#definition();
    }
    this.#names.define(IGNORED, star(choice(...this.#ignored)));
    this.#names.define(WHOLE, sequence(this.#names.use("start"), this.#names.use(IGNORED)));
    if (!this.#names.has("start")) cursor.fail("there is no rule start");
    return this.#names.finish(WHOLE);
  }

  #definition(): void {
    const cursor: SourceCursor = this.#cursor;
    while (cursor.take("?") || cursor.take("!"));
    const name = this.#name();
    if (cursor.sees(".")) cursor.fail("priorities aren't supported", "ERR_UNSUPPORTED");
    if (cursor.sees("{")) cursor.fail("templates aren't supported", "ERR_UNSUPPORTED");
    this.#space();
    cursor.expect(":");
    this.#inTerminal = isTerminal(name);
    const body = this.#choice(0);
    this.#names.define(name, body);
  }

  #directive(): void {
    const cursor: SourceCursor = this.#cursor;
    const directive = cursor.match(/[a-z]+/y)?.[0];
    this.#space();
    if (directive === "ignore") {
      this.#inTerminal = true;
      this.#ignored.push(this.#choice(0));
    } else if (directive === "import") this.#import();
    else cursor.fail(`%${directive} isn't supported`, "ERR_UNSUPPORTED");
  }

  #import(): void {
    const cursor: SourceCursor = this.#cursor;
    if (!cursor.take("common")) {
      cursor.fail("only common can be imported", "ERR_UNSUPPORTED");
    }
    if (cursor.take(".")) {
      const name = this.#name();
      this.#space();
      let as = name;
      if (cursor.take("->")) {
        this.#space();
        as = this.#name();
      }
      this.#importOne(name, as);
      return;
    }
    this.#space();
    cursor.expect("(");
    do {
      this.#space();
      const name = this.#name();
      this.#importOne(name, name);
      this.#space();
    } while (cursor.take(","));
    cursor.expect(")");
  }

  #importOne(name: string, as: string): void {
    const pattern = Object.hasOwn(COMMON, name) ? COMMON[name] : undefined;
    if (pattern === undefined) {
      this.#cursor.fail(`common.${name} isn't supported`, "ERR_UNSUPPORTED");
    }
    this.#names.define(as, regexExpression(parseRegex(pattern, this.#budget)));
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
      this.#space();
      if (cursor.take("->")) {
        this.#space();
        this.#name();
        this.#space();
        break;
      }
      if (cursor.done || /[|)\]]/.test(cursor.text[cursor.at] as string) || this.#atHead()) break;
      this.#budget.spend();
      items.push(this.#repeated(depth));
    }
    if (depth === 0 && (cursor.sees(")") || cursor.sees("]"))) cursor.fail("unmatched bracket");
    return sequence(...items);
  }

  /** Definitions begin on a line of their own. */
  #atHead(): boolean {
    const cursor: SourceCursor = this.#cursor;
    const { at, text } = cursor;
    if (text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() !== "") return false;
    const found = cursor.match(HEAD);
    cursor.at = at;
    return found !== undefined;
  }

  #repeated(depth: number): Expression {
    const cursor: SourceCursor = this.#cursor;
    let item = this.#atom(depth);
    for (;;) {
      if (cursor.take("*")) item = repeat(item, 0, Number.POSITIVE_INFINITY);
      else if (cursor.take("+")) item = repeat(item, 1, Number.POSITIVE_INFINITY);
      else if (cursor.take("?")) item = optional(item);
      else {
        const found = cursor.match(/\s*~\s*(\d+)(?:\s*\.\.\s*(\d+))?/y);
        if (found === undefined) return item;
        const min = Number(found[1]);
        const max = found[2] === undefined ? min : Number(found[2]);
        if (max < min) cursor.fail("the numbers of ~n..m are out of order");
        item = repeat(item, min, max);
      }
    }
  }

  #atom(depth: number): Expression {
    const cursor: SourceCursor = this.#cursor;
    if (cursor.take("(")) {
      const inner = this.#choice(depth + 1);
      cursor.expect(")");
      return inner;
    }
    if (cursor.take("[")) {
      const inner = this.#choice(depth + 1);
      cursor.expect("]");
      return optional(inner);
    }
    if (cursor.take('"')) return this.#terminal(this.#string());
    const regex = cursor.match(REGEX);
    if (regex !== undefined) {
      const [, pattern, flags] = regex as unknown as [string, string, string];
      if (/[^ismu]/.test(flags)) cursor.fail(`no flags ${flags}`, "ERR_UNSUPPORTED");
      const options = { ignoreCase: flags.includes("i"), dotAll: flags.includes("s") };
      return this.#terminal(regexExpression(parseRegex(pattern, this.#budget, options)));
    }
    const name = this.#name();
    if (cursor.sees("{")) cursor.fail("templates aren't supported", "ERR_UNSUPPORTED");
    if (!isTerminal(name)) {
      if (this.#inTerminal) cursor.fail(`a terminal can't name the rule ${name}`);
      return this.#names.use(name);
    }
    return this.#terminal(this.#names.use(name));
  }

  #string(): Expression {
    const cursor: SourceCursor = this.#cursor;
    const text = cursor.string();
    const range = cursor.match(/\s*\.\.\s*"/y);
    if (range !== undefined) {
      const [from, to] = [text, cursor.string()].map((end) => {
        if ([...end].length !== 1) cursor.fail("a range needs a character at each end");
        return end.codePointAt(0) as number;
      }) as [number, number];
      if (to < from) cursor.fail("a range is out of order");
      return characters([from, to]);
    }
    if (!cursor.match(/i(?!\w)/y)) return literal(text);
    return sequence(
      ...Array.from(text, (char) => {
        const cases = [char, char.toLowerCase(), char.toUpperCase()].filter(
          (c) => [...c].length === 1,
        );
        return characters(
          union(...cases.map((c) => [c.codePointAt(0) as number, c.codePointAt(0) as number])),
        );
      }),
    );
  }

  #terminal(expression: Expression): Expression {
    return this.#inTerminal ? expression : sequence(this.#names.use(IGNORED), expression);
  }

  #name(): string {
    const name = this.#cursor.match(NAME)?.[0];
    if (name === undefined) this.#cursor.fail("expected a name");
    return name;
  }

  #space(): void {
    this.#cursor.match(SPACE);
  }
}

/** Terminals are written in capitals. */
function isTerminal(name: string): boolean {
  return name === name.toUpperCase();
}
