// Jinja's grammar, from tokens to a tree. Precedence and the places where a construct is
// allowed follow Jinja's own parser, whose oddities templates rely on.

import { TokenizerError } from "../errors.js";
import { syntaxError, type Token, tokenize } from "./lexer.js";
import type {
  Arguments,
  Call,
  Expression,
  Filter,
  If,
  Parameter,
  Slice,
  Statement,
  Target,
} from "./syntax.js";
import { float, int, type Value } from "./values.js";

/** Tags, parentheses and operators inside one another. */
const MAX_NESTING = 300;

const comparisons = new Set(["==", "!=", "<", "<=", ">", ">="]);
const constants: Record<string, Value> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};
const unsupported = new Set(["extends", "include", "import", "from"]);

const describe = (token: Token): string =>
  token.type === "name"
    ? token.text
    : ({
        begin: "begin of statement block",
        end: "end of statement block",
        open: "begin of print statement",
        close: "end of print statement",
        eof: "end of template",
      }[token.type] ?? token.type);

export function parse(template: string): Statement[] {
  return new Parser(tokenize(template)).program();
}

class Parser {
  private at = 0;
  private nesting = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  program(): Statement[] {
    return this.statements([]);
  }

  private get current(): Token {
    return this.tokens[this.at] as Token;
  }
  private get line(): number {
    return this.current.line;
  }
  private next(): Token {
    const token = this.current;
    if (token.type !== "eof") this.at++;
    return token;
  }
  private is(type: string): boolean {
    return this.current.type === type;
  }
  private isName(name: string, ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    return token?.type === "name" && token.text === name;
  }
  private skip(type: string): boolean {
    const found = this.current.type === type;
    if (found) this.at++;
    return found;
  }
  private skipName(name: string): boolean {
    const found = this.isName(name);
    if (found) this.at++;
    return found;
  }
  private expect(type: string): Token {
    const token = this.current;
    if (token.type !== type) {
      const wanted = describe({ line: 0, type, text: type });
      this.fail(
        token.type === "eof"
          ? `unexpected end of template, expected '${wanted}'.`
          : `expected token '${wanted}', got '${describe(token)}'`,
      );
    }
    return this.next();
  }
  private fail(message: string, line = this.line): never {
    syntaxError(line, message);
  }
  private nested<T>(parse: () => T): T {
    if (++this.nesting > MAX_NESTING) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `chat template, line ${this.line}: expected a nesting of at most ${MAX_NESTING}, found more`,
      );
    }
    const result = parse();
    this.nesting--;
    return result;
  }

  /** Statements up to a tag of `ends`, which is left as the current token. */
  private statements(ends: readonly string[]): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      const token = this.next();
      const { line } = token;
      if (token.type === "data") body.push({ t: "data", line, text: token.text });
      else if (token.type === "open") {
        body.push({ t: "print", line, value: this.tuple() });
        this.expect("close");
      } else if (token.type === "begin") {
        if (this.current.type === "name" && ends.includes(this.current.text)) return body;
        this.nested(() => this.statement(body));
        this.expect("end");
      } else {
        if (ends.length > 0) {
          this.fail(
            `Unexpected end of template. Jinja was looking for the following tags: ${ends.map((e) => `'${e}'`).join(" or ")}.`,
          );
        }
        return body;
      }
    }
  }

  /** The rest of a tag and what follows it, up to a tag of `ends`. */
  private body(...ends: string[]): Statement[] {
    this.skip(":");
    this.expect("end");
    return this.statements(ends);
  }
  private bodyTo(end: string): Statement[] {
    const body = this.body(end);
    this.next();
    return body;
  }

  private statement(into: Statement[]): void {
    const { line } = this.current;
    if (this.current.type !== "name") this.fail("tag name expected");
    const name = this.next().text;
    switch (name) {
      case "for": {
        const target = this.target("in");
        if (!this.skipName("in")) this.fail(`expected token 'in', got '${describe(this.current)}'`);
        const iterable = this.tuple(false, "recursive");
        const test = this.skipName("if") ? this.expression() : undefined;
        const recursive = this.skipName("recursive");
        const body = this.body("endfor", "else");
        const otherwise = this.next().text === "else" ? this.bodyTo("endfor") : [];
        into.push({ t: "for", line, target, iterable, test, recursive, body, otherwise });
        return;
      }
      case "if":
        into.push(this.conditional(line));
        return;
      case "set": {
        const target = this.target(undefined, true);
        if (this.skip("=")) {
          into.push({ t: "set", line, target, value: this.tuple() });
          return;
        }
        const filter = this.filters(null);
        into.push({ t: "setblock", line, target, filter, body: this.bodyTo("endset") });
        return;
      }
      case "macro": {
        const macro = this.expect("name").text;
        const parameters = this.parameters();
        into.push({ t: "macro", line, name: macro, parameters, body: this.bodyTo("endmacro") });
        return;
      }
      case "call": {
        const parameters = this.is("(") ? this.parameters() : [];
        const call = this.expression();
        if (call.t !== "call") this.fail("expected call", line);
        into.push({ t: "callblock", line, call, parameters, body: this.bodyTo("endcall") });
        return;
      }
      case "generation": {
        const body = this.bodyTo("endgeneration");
        into.push({ t: "callblock", line, call: undefined, parameters: [], body });
        return;
      }
      case "filter": {
        const filter = this.filters(null, true) as Expression;
        into.push({ t: "filterblock", line, filter, body: this.bodyTo("endfilter") });
        return;
      }
      case "with": {
        const targets: Target[] = [];
        const values: Expression[] = [];
        while (!this.is("end")) {
          if (targets.length > 0) this.expect(",");
          targets.push(this.target());
          this.expect("=");
          values.push(this.expression());
        }
        into.push({ t: "with", line, targets, values, body: this.bodyTo("endwith") });
        return;
      }
      case "block": {
        const block = this.expect("name").text;
        this.skipName("scoped");
        this.skipName("required");
        into.push({ t: "with", line, targets: [], values: [], body: this.bodyTo("endblock") });
        this.skipName(block);
        return;
      }
      case "autoescape": {
        const on = this.expression();
        if (on.t !== "const" || on.value !== false) this.unsupported("autoescape", line);
        into.push({ t: "with", line, targets: [], values: [], body: this.bodyTo("endautoescape") });
        return;
      }
      case "print":
        for (let first = true; !this.is("end"); first = false) {
          if (!first) this.expect(",");
          into.push({ t: "print", line, value: this.expression() });
        }
        return;
      case "break":
      case "continue":
        into.push({ t: name, line });
        return;
      default:
        if (unsupported.has(name)) this.unsupported(name, line);
        this.fail(`Encountered unknown tag '${name}'.`, line);
    }
  }

  private unsupported(tag: string, line: number): never {
    throw new TokenizerError(
      "ERR_UNSUPPORTED",
      `chat template, line ${line}: expected one self-contained template, found the tag '${tag}'`,
    );
  }

  private conditional(line: number): If {
    const branches: { test: Expression; line: number; body: Statement[] }[] = [];
    for (let at = line; ; at = this.line) {
      const test = this.tuple(false);
      branches.push({ test, line: at, body: this.body("elif", "else", "endif") });
      const end = this.next().text;
      if (end === "elif") continue;
      return { t: "if", line, branches, otherwise: end === "else" ? this.bodyTo("endif") : [] };
    }
  }

  private parameters(): Parameter[] {
    const parameters: Parameter[] = [];
    this.expect("(");
    while (this.current.type !== ")") {
      if (parameters.length > 0) this.expect(",");
      const name = this.expect("name").text;
      let value: Expression | undefined;
      if (this.skip("=")) value = this.expression();
      else if (parameters.some((p) => p.value)) {
        this.fail("non-default argument follows default argument");
      }
      if (parameters.some((p) => p.name === name)) this.fail(`duplicate argument '${name}'`);
      parameters.push({ name, value });
    }
    this.expect(")");
    return parameters;
  }

  private target(end?: string, fields = false): Target {
    const { line } = this.current;
    const items: Target[] = [];
    let comma = false;
    do {
      const { type } = this.current;
      if (type === "end" || type === "close" || type === ")" || (end && this.isName(end))) break;
      items.push(this.oneTarget(fields));
      comma ||= this.current.type === ",";
    } while (this.skip(","));
    if (comma) return { t: "targets", line, items };
    return items[0] ?? this.fail(`Expected an expression, got '${describe(this.current)}'`);
  }

  private oneTarget(fields: boolean): Target {
    const { line } = this.current;
    if (this.skip("(")) {
      const inner = this.nested(() => this.target(undefined, false));
      this.expect(")");
      return inner;
    }
    const { type, text } = this.next();
    if (type !== "name" || Object.hasOwn(constants, text)) {
      this.fail(
        `can't assign to '${type === "name" || type === "string" || type === "integer" ? "const" : text}'`,
        line,
      );
    }
    if (fields && this.skip("."))
      return { t: "field", line, name: text, field: this.expect("name").text };
    return { t: "store", line, name: text };
  }

  /** An expression, or several with commas between them. */
  private tuple(conditions = true, end?: string, parentheses = false): Expression {
    const { line } = this.current;
    const items: Expression[] = [];
    let comma = false;
    do {
      const { type } = this.current;
      if (type === "end" || type === "close" || type === ")" || (end && this.isName(end))) break;
      items.push(conditions ? this.expression() : this.or());
      comma ||= this.current.type === ",";
    } while (this.skip(","));
    if (!comma) {
      if (items[0]) return items[0];
      if (!parentheses) this.fail(`Expected an expression, got '${describe(this.current)}'`);
    }
    return { t: "tuple", line, items };
  }

  private expression(): Expression {
    return this.nested(() => {
      let result = this.or();
      while (this.isName("if")) {
        const { line } = this.next();
        const test = this.or();
        const otherwise = this.skipName("else") ? this.expression() : null;
        result = { t: "cond", line, yes: result, test, no: otherwise };
      }
      return result;
    });
  }

  private or(): Expression {
    let left = this.and();
    while (this.isName("or")) {
      const { line } = this.next();
      left = { t: "binary", line, op: "or", left, right: this.and() };
    }
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.isName("and")) {
      const { line } = this.next();
      left = { t: "binary", line, op: "and", left, right: this.not() };
    }
    return left;
  }

  private not(): Expression {
    if (!this.isName("not")) return this.comparison();
    const { line } = this.next();
    return { t: "unary", line, op: "not", operand: this.nested(() => this.not()) };
  }

  private comparison(): Expression {
    const { line } = this.current;
    const first = this.sum();
    const rest: [string, Expression][] = [];
    for (;;) {
      let op = this.current.type;
      if (this.isName("in")) op = "in";
      else if (this.isName("not") && this.isName("in", 1)) {
        this.at++;
        op = "not in";
      } else if (!comparisons.has(op)) break;
      this.at++;
      rest.push([op, this.sum()]);
    }
    return rest.length > 0 ? { t: "compare", line, first, rest } : first;
  }

  private binary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (operators.includes(this.current.type)) {
      const { line, type: op } = this.next();
      left = { t: "binary", line, op, left, right: operand() };
    }
    return left;
  }
  private sum(): Expression {
    return this.binary(["+", "-"], () => this.concatenation());
  }
  private concatenation(): Expression {
    const { line } = this.current;
    const items = [this.product()];
    while (this.skip("~")) items.push(this.product());
    return items.length > 1 ? { t: "concat", line, items } : (items[0] as Expression);
  }
  private product(): Expression {
    return this.binary(["*", "/", "//", "%"], () => this.binary(["**"], () => this.unary(true)));
  }

  private unary(filtered: boolean): Expression {
    const { line, type } = this.current;
    let node: Expression;
    if (type === "-" || type === "+") {
      this.at++;
      node = { t: "unary", line, op: type, operand: this.nested(() => this.unary(false)) };
    } else node = this.primary();
    node = this.postfix(node);
    if (!filtered) return node;
    for (;;) {
      if (this.current.type === "|") node = this.filters(node) as Expression;
      else if (this.isName("is")) node = this.test(node);
      else if (this.current.type === "(") node = this.call(node);
      else return node;
    }
  }

  private primary(): Expression {
    const token = this.next();
    const { line, type, text } = token;
    switch (type) {
      case "name":
        return Object.hasOwn(constants, text)
          ? { t: "const", line, value: constants[text] as Value }
          : { t: "name", line, name: text };
      case "string": {
        let value = text;
        while (this.current.type === "string") value += this.next().text;
        return { t: "const", line, value };
      }
      case "integer":
        return { t: "const", line, value: int(BigInt(text)) };
      case "float":
        return { t: "const", line, value: float(Number(text)) };
      case "(": {
        const inner = this.tuple(true, undefined, true);
        this.expect(")");
        return inner;
      }
      case "[": {
        const items: Expression[] = [];
        while (this.current.type !== "]") {
          if (items.length > 0) this.expect(",");
          if (this.current.type === "]") break;
          items.push(this.expression());
        }
        this.next();
        return { t: "list", line, items };
      }
      case "{": {
        const items: [Expression, Expression][] = [];
        while (this.current.type !== "}") {
          if (items.length > 0) this.expect(",");
          if (this.current.type === "}") break;
          const key = this.expression();
          this.expect(":");
          items.push([key, this.expression()]);
        }
        this.next();
        return { t: "dict", line, items };
      }
      default:
        this.fail(`unexpected '${describe(token)}'`, line);
    }
  }

  private postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      const { line, type } = this.current;
      if (type === "(") node = this.call(node);
      else if (type === "[") node = this.subscript(node);
      else if (type === ".") {
        this.at++;
        const name = this.next();
        if (name.type === "name") node = { t: "attribute", line, object: node, name: name.text };
        else if (name.type === "integer") {
          node = {
            t: "item",
            line,
            object: node,
            key: { t: "const", line, value: Number(name.text) },
          };
        } else this.fail("expected name or number", name.line);
      } else return node;
    }
  }

  private subscript(object: Expression): Expression {
    const { line } = this.next();
    const keys: Expression[] = [];
    while (this.current.type !== "]") {
      if (keys.length > 0) this.expect(",");
      keys.push(this.subscribed());
    }
    this.next();
    const key: Expression =
      keys.length === 1 ? (keys[0] as Expression) : { t: "tuple", line, items: keys };
    return { t: "item", line, object, key };
  }

  private subscribed(): Expression {
    const { line } = this.current;
    const ends = () => [":", "]", ","].includes(this.current.type);
    const start = this.current.type === ":" ? null : this.expression();
    if (!this.skip(":")) return start as Expression;
    const stop = ends() ? null : this.expression();
    const step = this.skip(":") && !ends() ? this.expression() : null;
    return { t: "slice", line, parts: [start, stop, step] } satisfies Slice;
  }

  private call(callee: Expression): Call {
    const { line } = this.current;
    return { t: "call", line, callee, with: this.arguments() };
  }

  private arguments(): Arguments {
    const { line } = this.expect("(");
    const args: Expression[] = [];
    const kwargs: [string, Expression][] = [];
    let more: Expression | undefined;
    let moreKeywords: Expression | undefined;
    const ensure = (holds: boolean): void => {
      if (!holds) this.fail("invalid syntax for function call expression", line);
    };
    for (let first = true; this.current.type !== ")"; first = false) {
      if (!first) {
        this.expect(",");
        if (this.current.type === ")") break;
      }
      if (this.skip("*")) {
        ensure(!more && !moreKeywords);
        more = this.expression();
      } else if (this.skip("**")) {
        ensure(!moreKeywords);
        moreKeywords = this.expression();
      } else if (this.current.type === "name" && this.tokens[this.at + 1]?.type === "=") {
        ensure(!moreKeywords);
        const name = this.next().text;
        this.at++;
        if (kwargs.some(([other]) => other === name))
          this.fail(`keyword argument repeated: ${name}`);
        kwargs.push([name, this.expression()]);
      } else {
        ensure(!more && !moreKeywords && kwargs.length === 0);
        args.push(this.expression());
      }
    }
    this.expect(")");
    return { args, kwargs, more, moreKeywords };
  }

  private dottedName(): string {
    let name = this.expect("name").text;
    while (this.skip(".")) name += `.${this.expect("name").text}`;
    return name;
  }

  private filters(start: Expression | null, inline = false): Expression | null {
    let node = start;
    for (let first = inline; first || this.current.type === "|"; first = false) {
      if (!first) this.at++;
      const { line } = this.current;
      const name = this.dottedName();
      const given = this.is("(") ? this.arguments() : none;
      node = { t: "filter", line, node, name, with: given } satisfies Filter;
    }
    return node;
  }

  private test(node: Expression): Expression {
    const { line } = this.next();
    const negated = this.skipName("not");
    const name = this.dottedName();
    let given = none;
    const { type, text } = this.current;
    if (type === "(") given = this.arguments();
    else if (
      ["name", "string", "integer", "float", "[", "{"].includes(type) &&
      !(type === "name" && ["else", "or", "and"].includes(text))
    ) {
      if (this.isName("is")) this.fail("You cannot chain multiple tests with is");
      given = { ...none, args: [this.postfix(this.primary())] };
    }
    const test: Expression = { t: "test", line, node, name, with: given };
    return negated ? { t: "unary", line, op: "not", operand: test } : test;
  }
}

const none: Arguments = { args: [], kwargs: [], more: undefined, moreKeywords: undefined };
