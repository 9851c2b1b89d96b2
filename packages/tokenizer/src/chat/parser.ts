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
  const tokens = tokenize(template);
  let at = 0;
  let nesting = 0;
  return parseStatements([]);

  function current(): Token {
    return tokens[at] as Token;
  }
  function advance(): Token {
    const token = current();
    if (token.type !== "eof") at++;
    return token;
  }
  function is(type: string): boolean {
    return current().type === type;
  }
  function isName(name: string, ahead = 0): boolean {
    const token = tokens[at + ahead];
    return token?.type === "name" && token.text === name;
  }
  function skip(type: string): boolean {
    const found = current().type === type;
    if (found) at++;
    return found;
  }
  function skipName(name: string): boolean {
    const found = isName(name);
    if (found) at++;
    return found;
  }
  function expect(type: string): Token {
    const token = current();
    if (token.type !== type) {
      const wanted = describe({ line: 0, type, text: type });
      fail(
        token.type === "eof"
          ? `unexpected end of template, expected '${wanted}'.`
          : `expected token '${wanted}', got '${describe(token)}'`,
      );
    }
    return advance();
  }
  function fail(message: string, line = current().line): never {
    syntaxError(line, message);
  }
  function nested<T>(parse: () => T): T {
    if (++nesting > MAX_NESTING) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `chat template, line ${current().line}: expected a nesting of at most ${MAX_NESTING}, found more`,
      );
    }
    const result = parse();
    nesting--;
    return result;
  }

  /** Statements up to a tag of `ends`, which is left as the current token. */
  function parseStatements(ends: readonly string[]): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      const token = advance();
      const { line } = token;
      if (token.type === "data") body.push({ t: "data", line, text: token.text });
      else if (token.type === "open") {
        body.push({ t: "print", line, value: parseTuple() });
        expect("close");
      } else if (token.type === "begin") {
        if (current().type === "name" && ends.includes(current().text)) return body;
        nested(() => parseStatement(body));
        expect("end");
      } else {
        if (ends.length > 0) {
          fail(
            `Unexpected end of template. Jinja was looking for the following tags: ${ends.map((e) => `'${e}'`).join(" or ")}.`,
          );
        }
        return body;
      }
    }
  }

  /** The rest of a tag and what follows it, up to a tag of `ends`. */
  function parseBody(...ends: string[]): Statement[] {
    skip(":");
    expect("end");
    return parseStatements(ends);
  }
  function parseBodyTo(end: string): Statement[] {
    const body = parseBody(end);
    advance();
    return body;
  }

  function parseStatement(into: Statement[]): void {
    const { line } = current();
    if (current().type !== "name") fail("tag name expected");
    const name = advance().text;
    switch (name) {
      case "for": {
        const target = parseTarget("in");
        if (!skipName("in")) fail(`expected token 'in', got '${describe(current())}'`);
        const iterable = parseTuple(false, "recursive");
        const test = skipName("if") ? parseExpression() : undefined;
        const recursive = skipName("recursive");
        const body = parseBody("endfor", "else");
        const otherwise = advance().text === "else" ? parseBodyTo("endfor") : [];
        into.push({ t: "for", line, target, iterable, test, recursive, body, otherwise });
        return;
      }
      case "if":
        into.push(parseConditional(line));
        return;
      case "set": {
        const target = parseTarget(undefined, true);
        if (skip("=")) {
          into.push({ t: "set", line, target, value: parseTuple() });
          return;
        }
        const filter = parseFilters(null);
        into.push({ t: "setblock", line, target, filter, body: parseBodyTo("endset") });
        return;
      }
      case "macro": {
        const macro = expect("name").text;
        const parameters = parseParameters();
        into.push({ t: "macro", line, name: macro, parameters, body: parseBodyTo("endmacro") });
        return;
      }
      case "call": {
        const parameters = is("(") ? parseParameters() : [];
        const call = parseExpression();
        if (call.t !== "call") fail("expected call", line);
        into.push({ t: "callblock", line, call, parameters, body: parseBodyTo("endcall") });
        return;
      }
      case "generation": {
        const body = parseBodyTo("endgeneration");
        into.push({ t: "callblock", line, call: undefined, parameters: [], body });
        return;
      }
      case "filter": {
        const filter = parseFilters(null, true) as Expression;
        into.push({ t: "filterblock", line, filter, body: parseBodyTo("endfilter") });
        return;
      }
      case "with": {
        const targets: Target[] = [];
        const values: Expression[] = [];
        while (!is("end")) {
          if (targets.length > 0) expect(",");
          targets.push(parseTarget());
          expect("=");
          values.push(parseExpression());
        }
        into.push({ t: "with", line, targets, values, body: parseBodyTo("endwith") });
        return;
      }
      case "block": {
        const block = expect("name").text;
        skipName("scoped");
        skipName("required");
        into.push({ t: "with", line, targets: [], values: [], body: parseBodyTo("endblock") });
        skipName(block);
        return;
      }
      case "autoescape": {
        const on = parseExpression();
        if (on.t !== "const" || on.value !== false) refuse("autoescape", line);
        into.push({ t: "with", line, targets: [], values: [], body: parseBodyTo("endautoescape") });
        return;
      }
      case "print":
        for (let first = true; !is("end"); first = false) {
          if (!first) expect(",");
          into.push({ t: "print", line, value: parseExpression() });
        }
        return;
      case "break":
      case "continue":
        into.push({ t: name, line });
        return;
      default:
        if (unsupported.has(name)) refuse(name, line);
        fail(`Encountered unknown tag '${name}'.`, line);
    }
  }

  function refuse(tag: string, line: number): never {
    throw new TokenizerError(
      "ERR_UNSUPPORTED",
      `chat template, line ${line}: expected one self-contained template, found the tag '${tag}'`,
    );
  }

  function parseConditional(line: number): If {
    const branches: { test: Expression; line: number; body: Statement[] }[] = [];
    for (let at = line; ; at = current().line) {
      const test = parseTuple(false);
      branches.push({ test, line: at, body: parseBody("elif", "else", "endif") });
      const end = advance().text;
      if (end === "elif") continue;
      return { t: "if", line, branches, otherwise: end === "else" ? parseBodyTo("endif") : [] };
    }
  }

  function parseParameters(): Parameter[] {
    const parameters: Parameter[] = [];
    expect("(");
    while (current().type !== ")") {
      if (parameters.length > 0) expect(",");
      const name = expect("name").text;
      let value: Expression | undefined;
      if (skip("=")) value = parseExpression();
      else if (parameters.some((p) => p.value)) {
        fail("non-default argument follows default argument");
      }
      if (parameters.some((p) => p.name === name)) fail(`duplicate argument '${name}'`);
      parameters.push({ name, value });
    }
    expect(")");
    return parameters;
  }

  /** Items between commas, up to what ends them: a block, a parenthesis or the name `end`. */
  function parseItems<T>(parseItem: () => T, end?: string): { items: T[]; comma: boolean } {
    const items: T[] = [];
    let comma = false;
    do {
      const { type } = current();
      if (type === "end" || type === "close" || type === ")" || (end && isName(end))) break;
      items.push(parseItem());
      comma ||= current().type === ",";
    } while (skip(","));
    return { items, comma };
  }

  function failExpression(): never {
    fail(`Expected an expression, got '${describe(current())}'`);
  }

  function parseTarget(end?: string, fields = false): Target {
    const { line } = current();
    const { items, comma } = parseItems(() => parseOneTarget(fields), end);
    return comma ? { t: "targets", line, items } : (items[0] ?? failExpression());
  }

  function parseOneTarget(fields: boolean): Target {
    const { line } = current();
    if (skip("(")) {
      const inner = nested(() => parseTarget(undefined, false));
      expect(")");
      return inner;
    }
    const { type, text } = advance();
    if (type !== "name" || Object.hasOwn(constants, text)) {
      fail(
        `can't assign to '${type === "name" || type === "string" || type === "integer" ? "const" : text}'`,
        line,
      );
    }
    if (fields && skip(".")) return { t: "field", line, name: text, field: expect("name").text };
    return { t: "store", line, name: text };
  }

  /** An expression, or several with commas between them. */
  function parseTuple(conditions = true, end?: string, parentheses = false): Expression {
    const { line } = current();
    const { items, comma } = parseItems(() => (conditions ? parseExpression() : parseOr()), end);
    if (!comma) {
      if (items[0]) return items[0];
      if (!parentheses) failExpression();
    }
    return { t: "tuple", line, items };
  }

  function parseExpression(): Expression {
    return nested(() => {
      let result = parseOr();
      while (isName("if")) {
        const { line } = advance();
        const test = parseOr();
        const otherwise = skipName("else") ? parseExpression() : null;
        result = { t: "cond", line, yes: result, test, no: otherwise };
      }
      return result;
    });
  }

  function parseOr(): Expression {
    return parseBinary(["or"], () => parseBinary(["and"], parseNot));
  }

  function parseNot(): Expression {
    if (!isName("not")) return parseComparison();
    const { line } = advance();
    return { t: "unary", line, op: "not", operand: nested(() => parseNot()) };
  }

  function parseComparison(): Expression {
    const { line } = current();
    const first = parseSum();
    const rest: [string, Expression][] = [];
    for (;;) {
      let op = current().type;
      if (isName("in")) op = "in";
      else if (isName("not") && isName("in", 1)) {
        at++;
        op = "not in";
      } else if (!comparisons.has(op)) break;
      at++;
      rest.push([op, parseSum()]);
    }
    return rest.length > 0 ? { t: "compare", line, first, rest } : first;
  }

  function parseBinary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const { line, type, text } = current();
      const op = type === "name" ? text : type;
      if (!operators.includes(op)) return left;
      at++;
      left = { t: "binary", line, op, left, right: operand() };
    }
  }

  function parseSum(): Expression {
    return parseBinary(["+", "-"], parseConcatenation);
  }
  function parseConcatenation(): Expression {
    const { line } = current();
    const items = [parseProduct()];
    while (skip("~")) items.push(parseProduct());
    return items.length > 1 ? { t: "concat", line, items } : (items[0] as Expression);
  }
  function parseProduct(): Expression {
    return parseBinary(["*", "/", "//", "%"], () => parseBinary(["**"], () => parseUnary(true)));
  }

  function parseUnary(filtered: boolean): Expression {
    const { line, type } = current();
    let node: Expression;
    if (type === "-" || type === "+") {
      at++;
      node = { t: "unary", line, op: type, operand: nested(() => parseUnary(false)) };
    } else node = parsePrimary();
    node = parsePostfix(node);
    if (!filtered) return node;
    for (;;) {
      if (current().type === "|") node = parseFilters(node) as Expression;
      else if (isName("is")) node = parseTest(node);
      else if (current().type === "(") node = parseCall(node);
      else return node;
    }
  }

  function parsePrimary(): Expression {
    const token = advance();
    const { line, type, text } = token;
    switch (type) {
      case "name":
        return Object.hasOwn(constants, text)
          ? { t: "const", line, value: constants[text] as Value }
          : { t: "name", line, name: text };
      case "string": {
        let value = text;
        while (current().type === "string") value += advance().text;
        return { t: "const", line, value };
      }
      case "integer":
        return { t: "const", line, value: int(BigInt(text)) };
      case "float":
        return { t: "const", line, value: float(Number(text)) };
      case "(": {
        const inner = parseTuple(true, undefined, true);
        expect(")");
        return inner;
      }
      case "[":
        return { t: "list", line, items: parseUntil("]", parseExpression) };
      case "{": {
        const parsePair = (): [Expression, Expression] => {
          const key = parseExpression();
          expect(":");
          return [key, parseExpression()];
        };
        return { t: "dict", line, items: parseUntil("}", parsePair) };
      }
      default:
        fail(`unexpected '${describe(token)}'`, line);
    }
  }

  /** Items between commas, the last of which may have one behind it, and the bracket after them. */
  function parseUntil<T>(close: string, parseItem: () => T): T[] {
    const items: T[] = [];
    while (!skip(close)) {
      if (items.length > 0) {
        expect(",");
        if (skip(close)) break;
      }
      items.push(parseItem());
    }
    return items;
  }

  function parsePostfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      const { line, type } = current();
      if (type === "(") node = parseCall(node);
      else if (type === "[") node = parseSubscript(node);
      else if (type === ".") {
        at++;
        const name = advance();
        if (name.type === "name") node = { t: "attribute", line, object: node, name: name.text };
        else if (name.type === "integer") {
          node = {
            t: "item",
            line,
            object: node,
            key: { t: "const", line, value: Number(name.text) },
          };
        } else fail("expected name or number", name.line);
      } else return node;
    }
  }

  function parseSubscript(object: Expression): Expression {
    const { line } = advance();
    const keys: Expression[] = [];
    while (current().type !== "]") {
      if (keys.length > 0) expect(",");
      keys.push(parseSubscribed());
    }
    advance();
    const key: Expression =
      keys.length === 1 ? (keys[0] as Expression) : { t: "tuple", line, items: keys };
    return { t: "item", line, object, key };
  }

  function parseSubscribed(): Expression {
    const { line } = current();
    const ends = () => [":", "]", ","].includes(current().type);
    const start = current().type === ":" ? null : parseExpression();
    if (!skip(":")) return start as Expression;
    const stop = ends() ? null : parseExpression();
    const step = skip(":") && !ends() ? parseExpression() : null;
    return { t: "slice", line, parts: [start, stop, step] } satisfies Slice;
  }

  function parseCall(callee: Expression): Call {
    const { line } = current();
    return { t: "call", line, callee, with: parseArguments() };
  }

  function parseArguments(): Arguments {
    const { line } = expect("(");
    const args: Expression[] = [];
    const kwargs: [string, Expression][] = [];
    let more: Expression | undefined;
    let moreKeywords: Expression | undefined;
    const ensure = (holds: boolean): void => {
      if (!holds) fail("invalid syntax for function call expression", line);
    };
    for (let first = true; current().type !== ")"; first = false) {
      if (!first) {
        expect(",");
        if (current().type === ")") break;
      }
      if (skip("*")) {
        ensure(!more && !moreKeywords);
        more = parseExpression();
      } else if (skip("**")) {
        ensure(!moreKeywords);
        moreKeywords = parseExpression();
      } else if (current().type === "name" && tokens[at + 1]?.type === "=") {
        ensure(!moreKeywords);
        const name = advance().text;
        at++;
        if (kwargs.some(([other]) => other === name)) fail(`keyword argument repeated: ${name}`);
        kwargs.push([name, parseExpression()]);
      } else {
        ensure(!more && !moreKeywords && kwargs.length === 0);
        args.push(parseExpression());
      }
    }
    expect(")");
    return { args, kwargs, more, moreKeywords };
  }

  function parseDottedName(): string {
    let name = expect("name").text;
    while (skip(".")) name += `.${expect("name").text}`;
    return name;
  }

  function parseFilters(start: Expression | null, inline = false): Expression | null {
    let node = start;
    for (let first = inline; first || current().type === "|"; first = false) {
      if (!first) at++;
      const { line } = current();
      const name = parseDottedName();
      const given = is("(") ? parseArguments() : none;
      node = { t: "filter", line, node, name, with: given } satisfies Filter;
    }
    return node;
  }

  function parseTest(node: Expression): Expression {
    const { line } = advance();
    const negated = skipName("not");
    const name = parseDottedName();
    let given = none;
    const { type, text } = current();
    if (type === "(") given = parseArguments();
    else if (
      ["name", "string", "integer", "float", "[", "{"].includes(type) &&
      !(type === "name" && ["else", "or", "and"].includes(text))
    ) {
      if (isName("is")) fail("You cannot chain multiple tests with is");
      given = { ...none, args: [parsePostfix(parsePrimary())] };
    }
    const test: Expression = { t: "test", line, node, name, with: given };
    return negated ? { t: "unary", line, op: "not", operand: test } : test;
  }
}

const none: Arguments = { args: [], kwargs: [], more: undefined, moreKeywords: undefined };
