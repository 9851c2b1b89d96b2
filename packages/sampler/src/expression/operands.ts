// What stands between operators: numbers, names, functions, fractions, series.

import { Rational } from "../exact/rational.js";
import { POWER, PRODUCT, RELATION, SIGN } from "./binding.js";
import { Brackets } from "./brackets.js";
import type { BinaryOperator, Expression } from "./expression.js";
import type { Token } from "./token.js";
import { describe, spanOf } from "./token-stream.js";

export abstract class Operands extends Brackets {
  protected abstract startsOperand(): boolean;
  protected abstract power(base: Expression): Expression;
  protected abstract exponent(): Expression;

  protected override operand(): Expression {
    const token = this.take();
    switch (token.kind) {
      case "number":
        return this.#number(token);
      case "based": {
        const [digits = "", base = "10"] = token.text.split("_");
        return { kind: "based", digits, base: Number(base), span: spanOf(token) };
      }
      case "vulgar":
        return {
          kind: "number",
          value: token.value as Rational,
          text: token.text,
          span: spanOf(token),
        };
      case "name":
        return this.#name(token);
      case "text":
        return this.#subscripted({ kind: "text", text: token.text, span: spanOf(token) });
      case "function":
        return this.#call(token);
      case "structure":
        return this.#structure(token);
      case "open":
        return this.group(token);
      case "close":
        // ]1, 2[ is an open interval.
        if (token.text === "]") return this.group({ ...token, kind: "open" });
        break;
      case "operator":
        if (token.text === "-" || token.text === "+" || token.text === "±" || token.text === "∓") {
          const operand = this.expression(SIGN);
          const span = { start: token.start, end: operand.span.end };
          return { kind: "unary", operator: token.text, operand, span };
        }
        if (token.text === "√") {
          const radicand = this.argument();
          return {
            kind: "call",
            name: "sqrt",
            args: [radicand],
            span: { start: token.start, end: radicand.span.end },
          };
        }
        if (token.text === "|") return this.absolute(token);
        if (token.text === "&") return this.operand();
        break;
      default:
        break;
    }
    return this.fail(
      token.kind === "end"
        ? "expected an operand"
        : `expected an operand, found ${describe(token)}`,
      token,
    );
  }

  #number(token: Token): Expression {
    const value = token.value as Rational;
    const span = spanOf(token);
    if (value.isInteger && /^\d+$/.test(token.text)) {
      const before = this.peek(-2);
      const divided = before.kind === "operator" && (before.text === "/" || before.text === "^");
      const found = divided ? undefined : this.#fraction();
      if (found !== undefined) {
        const { fraction, end } = found;
        return { kind: "mixed", whole: value, fraction, span: { start: token.start, end } };
      }
    }
    return { kind: "number", value, text: token.text, span };
  }

  /** The proper fraction that makes the integer just read a mixed number. */
  #fraction(): { fraction: Rational; end: number } | undefined {
    const next = this.peek();
    if (next.kind === "vulgar") {
      this.take();
      return { fraction: next.value as Rational, end: next.end };
    }
    let used = 0;
    let parts: (Token | undefined)[] = [];
    if (next.kind === "structure" && next.text === "frac") {
      const braces = this.is("open", "{", 1);
      if (!braces) return undefined;
      if (this.is("close", "}", 3) && this.is("open", "{", 4) && this.is("close", "}", 6)) {
        parts = [this.peek(2), this.peek(5)];
        used = 7;
      }
    } else if (next.kind === "number" && this.#onLine(next) && this.is("operator", "/", 1)) {
      parts = [next, this.peek(2)];
      used = 3;
    }
    const [top, bottom] = parts;
    if (top?.kind !== "number" || bottom?.kind !== "number") return undefined;
    const [n, d] = [top.value as Rational, bottom.value as Rational];
    if (!n.isInteger || !d.isInteger || n.compare(d) >= 0) return undefined;
    const end = this.peek(used - 1).end;
    this.skip(used);
    return { fraction: n.divide(d), end };
  }

  /** Whether spaces but no line break stand before a token. */
  #onLine(token: Token): boolean {
    const before = this.peek(-1).end;
    return token.spaced && !/[\r\n]/.test(this.text.slice(before, token.start));
  }

  #name(token: Token): Expression {
    return this.#subscripted({ kind: "name", name: token.text, span: spanOf(token) });
  }

  /** A name with the subscript that follows it, as one name: `x_1`. */
  #subscripted(named: Expression & ({ kind: "name" } | { kind: "text" })): Expression {
    if (!this.is("operator", "_")) return named;
    this.take();
    const first = this.take();
    let last = first;
    if (first.kind === "open" && first.text === "{") {
      for (let depth = 1; depth > 0; ) {
        last = this.take();
        if (last.kind === "end") this.fail("a subscript that doesn't end", first);
        if (last.text === "{") depth++;
        if (last.text === "}") depth--;
      }
    } else if (first.kind === "end") this.fail("expected a subscript", first);
    const written = this.text.slice(first.start, last.end).replace(/\\(?:text|mathrm)|[{}\s]/g, "");
    const span = { start: named.span.start, end: last.end };
    const name = named.kind === "name" ? named.name : named.text;
    return { kind: "name", name: `${name}_${written}`, span };
  }

  /** The two arguments of a fraction or binomial; without braces each is one digit or sign, as TeX has it. */
  #pair(command: Token): [Expression, Expression] {
    const first = this.#pairPart(command);
    const second = this.#pairPart(command);
    return [first, second];
  }

  #pairPart(command: Token): Expression {
    const token = this.peek();
    if (token.kind !== "number" || token.text.length === 1) return this.argument();
    // \frac12 is one number to the tokeniser.
    if (!/^\d+$/.test(token.text)) this.fail("expected braces", command);
    const span = { start: token.start, end: token.start + 1 };
    const digit = token.text.charAt(0);
    const rest = token.text.slice(1);
    this.replace({
      ...token,
      text: rest,
      value: Rational.of(BigInt(rest)),
      start: token.start + 1,
    });
    return { kind: "number", value: Rational.of(Number(digit)), text: digit, span };
  }

  #structure(token: Token): Expression {
    const { start } = token;
    if (token.text === "frac") {
      const [numerator, denominator] = this.#pair(token);
      return binary("/", numerator, denominator, start, true);
    }
    if (token.text === "binom") {
      const args = this.#pair(token);
      return { kind: "call", name: "binom", args, span: { start, end: args[1].span.end } };
    }
    if (token.text === "sum" || token.text === "prod") return this.#series(token);
    if (token.text === "sqrt") {
      let order: Expression | undefined;
      if (this.is("open", "[")) {
        this.take();
        order = this.expression(RELATION);
        this.expect("close", "]");
      }
      const radicand = this.argument();
      const span = { start, end: radicand.span.end };
      if (order === undefined) return { kind: "call", name: "sqrt", args: [radicand], span };
      return { kind: "call", name: "root", args: [radicand, order], span };
    }
    return this.environment(token);
  }

  /** `\sum_{k=1}^{n} …`: a call with the summand, the index and its bounds. */
  #series(token: Token): Expression {
    let low: Expression | undefined;
    let high: Expression | undefined;
    while (this.is("operator", "_") || this.is("operator", "^")) {
      const script = this.take().text;
      if (script === "_") low = this.argument();
      else high = this.is("open", "{") ? this.braces() : this.exponent();
    }
    if (low?.kind !== "relation" || low.operands.length !== 2 || high === undefined) {
      this.fail(`expected bounds of \\${token.text}`, token);
    }
    const body = this.expression(PRODUCT);
    const span = { start: token.start, end: body.span.end };
    return { kind: "call", name: token.text, args: [body, ...low.operands, high], span };
  }

  #call(token: Token): Expression {
    const { start } = token;
    let name = token.text;
    let base: Expression | undefined;
    let power: Expression | undefined;
    while (this.is("operator", "_") || this.is("operator", "^")) {
      const script = this.take().text;
      if (script === "_") base = this.argument();
      else power = this.is("open", "{") ? this.braces() : this.exponent();
    }
    if (power !== undefined && isMinusOne(power) && /^(?:sin|cos|tan|cot|sec|csc)h?$/.test(name)) {
      name = `arc${name}`;
      power = undefined;
    }
    const args = this.#arguments(name);
    if (base !== undefined) args.push(base);
    const end = args[0] === undefined ? token.end : this.peek(-1).end;
    if (name === "cbrt") {
      args.push({
        kind: "number",
        value: Rational.of(3),
        text: "3",
        span: { start, end: token.end },
      });
      name = "root";
    }
    const call: Expression = { kind: "call", name, args, span: { start, end } };
    return power === undefined
      ? call
      : { ...binary("^", call, power, start), span: { start, end } };
  }

  #arguments(name: string): Expression[] {
    if (this.is("open", "(") || this.is("open", "[")) {
      const group = this.nested(() => this.group(this.take()));
      if (group.kind === "group" && group.open !== "{" && group.items.length > 1)
        return [...group.items];
      // sin(x)^2 is the square of the sine.
      return [group];
    }
    if (this.is("open", "{")) return [this.braces()];
    if (name === "sqrt" || name === "cbrt") return [this.argument()];
    if (!this.startsOperand() && !this.is("operator", "-") && !this.is("operator", "|")) {
      this.fail(`expected an argument of ${name}`);
    }
    if (this.is("operator", "-")) {
      const sign = this.take();
      const [operand] = this.nested(() => this.#arguments(name));
      if (operand === undefined) return [];
      return [
        {
          kind: "unary",
          operator: "-",
          operand,
          span: { start: sign.start, end: operand.span.end },
        },
      ];
    }
    // sin 2x cos y: the argument is a product that ends before the next function.
    let argument = this.expression(POWER);
    for (;;) {
      if (
        this.is("operator", "/") &&
        (this.is("number", undefined, 1) || this.is("name", undefined, 1))
      ) {
        this.take();
        argument = binary("/", argument, this.expression(POWER), argument.span.start);
      } else if (
        (this.startsOperand() || this.is("function")) &&
        !this.is("function") &&
        !this.is("text")
      ) {
        if (this.is("open", "(") || this.is("operator", "|") || this.is("open", "[")) break;
        if (this.is("number") && argument.kind === "number") break;
        argument = binary("*", argument, this.expression(POWER), argument.span.start, true);
      } else break;
    }
    return [argument];
  }
}

export function binary(
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
  start: number,
  implicit?: boolean,
): Expression {
  const span = { start, end: right.span.end };
  return { kind: "binary", operator, left, right, ...(implicit && { implicit }), span };
}

export const degrees = (operand: Expression, end: number): Expression => ({
  kind: "postfix",
  operator: "°",
  operand,
  span: { start: operand.span.start, end },
});

const isMinusOne = (power: Expression): boolean =>
  power.kind === "unary" &&
  power.operator === "-" &&
  power.operand.kind === "number" &&
  power.operand.value.equals(Rational.one);
