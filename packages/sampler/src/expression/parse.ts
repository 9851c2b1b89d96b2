// A Pratt parser for mathematics, LaTeX or plain. It never throws: what it can't read is a fault with its place.

import type { Rational } from "../exact/rational.js";
import { LIST, POSTFIX, POWER, PRODUCT, RATIO, RELATION, SETS, SUM } from "./binding.js";
import type { BinaryOperator, Expression, Fault, RelationOperator } from "./expression.js";
import { binary, degrees, Operands } from "./operands.js";
import type { TokenOptions } from "./token.js";
import { describe, MAX_DEPTH, Stop, spanOf } from "./token-stream.js";
import { tokenize } from "./tokens.js";

export interface ParseOptions extends TokenOptions {
  /** Stop before what can't continue the expression, instead of calling it a fault. Default: `false`. */
  readonly partial?: boolean;
  /** Longest text, in UTF-16 code units. Default: 4096. */
  readonly maxLength?: number;
}

const INFIX: Readonly<Record<string, number>> = {
  "=": RELATION,
  "<": RELATION,
  ">": RELATION,
  "<=": RELATION,
  ">=": RELATION,
  "!=": RELATION,
  "~": RELATION,
  "≡": RELATION,
  "∈": RELATION,
  "∉": RELATION,
  "→": RELATION,
  "∪": SETS,
  "∩": SETS,
  "∖": SETS,
  ":": RATIO,
  "+": SUM,
  "-": SUM,
  "±": SUM,
  "∓": SUM,
  "*": PRODUCT,
  "/": PRODUCT,
  "^": POWER,
  "!": POSTFIX,
  "!!": POSTFIX,
  "%": POSTFIX,
  "°": POSTFIX,
  "'": POSTFIX,
};

/**
 * Reads an expression: numbers (with thousands separators, decimals, repeating decimals, mixed numbers), names, the usual
 * operators and functions, implicit products, tuples, intervals, sets, matrices, chains of relations and lists. Offsets
 * in the result are those of `text`.
 *
 * @example
 * parseExpression("2\\frac{1}{2} + \\sqrt{x}"); // { kind: "binary", operator: "+", left: { kind: "mixed", … }, … }
 * parseExpression("3 + "); // { kind: "fault", message: "expected an operand", span: { start: 4, end: 4 } }
 */
export function parseExpression(text: string, options: ParseOptions = {}): Expression | Fault {
  const maxLength = options.maxLength ?? 4096;
  if (text.length > maxLength) {
    return {
      kind: "fault",
      message: `expected at most ${maxLength} characters, found ${text.length}`,
      span: { start: maxLength, end: text.length },
    };
  }
  const tokens = tokenize(text, options);
  if (!Array.isArray(tokens)) return tokens;
  try {
    const parser = new Parser(tokens, text);
    const found = parser.expression(LIST);
    const rest = parser.peek();
    if (rest.kind !== "end" && options.partial !== true)
      parser.fail(`unexpected ${describe(rest)}`);
    return found;
  } catch (error) {
    if (error instanceof Stop) return error.fault;
    throw error;
  }
}

class Parser extends Operands {
  override expression(power: number): Expression {
    if (++this.depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    let left = this.operand();
    for (;;) {
      const next = this.#infix(left, power);
      if (next === undefined) break;
      left = next;
    }
    this.depth--;
    return left;
  }

  /** `left` with the operator that follows it, if that binds at least as tightly as `power`. */
  #infix(left: Expression, power: number): Expression | undefined {
    const token = this.peek();
    const { start } = left.span;
    if (token.kind === "comma" || token.kind === "joiner") {
      return power <= LIST ? this.#list(left) : undefined;
    }
    if (token.kind === "operator") {
      const such =
        token.text === "|" ||
        (token.text === ":" && (left.kind === "relation" || left.kind === "name"));
      if (such && this.bars === 0 && this.builder) {
        if (power > RELATION) return undefined;
        this.take();
        this.builder = false;
        return binary("∣", left, this.expression(LIST), start);
      }
      // In {x ∈ ℝ : x > 2} the colon ends the relation.
      if (token.text === ":" && this.builder && power === SETS) return undefined;
      const binding = INFIX[token.text];
      if (binding === undefined) {
        return this.startsOperand() && power <= PRODUCT ? this.#product(left) : undefined;
      }
      if (binding < power) return undefined;
      if (binding === RELATION) return this.#relation(left);
      if (binding === POSTFIX) {
        this.take();
        const operator = token.text as "!" | "!!" | "%" | "°" | "'";
        return { kind: "postfix", operator, operand: left, span: { start, end: token.end } };
      }
      if (token.text === "^") return this.power(left);
      this.take();
      // A sum's sign may end what stands before a relation or bracket: `x = 3^+`.
      const right = this.expression(binding + 1);
      return binary(token.text as BinaryOperator, left, right, start);
    }
    return power <= PRODUCT && this.startsOperand() ? this.#product(left) : undefined;
  }

  #product(left: Expression): Expression {
    const token = this.peek();
    if (token.kind === "number" && left.kind === "number")
      this.fail("two numbers side by side", token);
    return binary("*", left, this.expression(PRODUCT + 1), left.span.start, true);
  }

  protected override startsOperand(): boolean {
    const token = this.peek();
    switch (token.kind) {
      case "number":
      case "based":
      case "vulgar":
      case "name":
      case "function":
      case "text":
        return true;
      case "structure":
        return !token.text.startsWith("end ");
      case "open":
        return token.text !== "[" || this.square === 0;
      case "operator":
        return token.text === "√" || (token.text === "|" && this.bars === 0);
      default:
        return false;
    }
  }

  #list(first: Expression): Expression {
    const items = [first];
    let end = first.span.end;
    let joined: "and" | "or" | undefined;
    while (this.is("comma") || this.is("joiner")) {
      while (this.is("comma") || this.is("joiner")) {
        const token = this.take();
        end = token.end;
        if (token.kind === "joiner") joined = token.text === "and" ? "and" : "or";
      }
      // A comma may end the text, as in running prose.
      if (this.is("end") || this.is("close")) break;
      const item = this.expression(RELATION);
      items.push(item);
      end = item.span.end;
    }
    const span = { start: first.span.start, end };
    return { kind: "list", items, ...(joined && { joined }), span };
  }

  #relation(first: Expression): Expression {
    const operators: RelationOperator[] = [];
    const operands = [first];
    while (this.is("operator") && INFIX[this.peek().text] === RELATION) {
      operators.push(this.take().text as RelationOperator);
      // Aligned equations have `&` after the sign.
      if (this.is("operator", "&")) this.take();
      operands.push(this.expression(SETS));
    }
    const end = operands.at(-1)?.span.end ?? first.span.end;
    return { kind: "relation", operators, operands, span: { start: first.span.start, end } };
  }

  protected override power(base: Expression): Expression {
    const { start } = base.span;
    const sign = this.take();
    if (this.is("operator", "∘") || this.is("operator", "°")) {
      return degrees(base, this.take().end);
    }
    if (
      this.is("open", "{") &&
      (this.is("operator", "∘", 1) || this.is("operator", "°", 1)) &&
      this.is("close", "}", 2)
    ) {
      this.take();
      this.take();
      return degrees(base, this.take().end);
    }
    if (this.is("operator", "'")) {
      return {
        kind: "postfix",
        operator: "'",
        operand: base,
        span: { start, end: this.take().end },
      };
    }
    if (this.is("end")) this.fail("expected an exponent", sign);
    const exponent = this.is("open", "{") ? this.braces() : this.exponent();
    return binary("^", base, exponent, start);
  }

  /** An exponent without braces: a sign, then an operand with a power of its own. */
  protected override exponent(): Expression {
    const token = this.peek();
    if (token.kind === "number") {
      this.take();
      const plain: Expression = {
        kind: "number",
        value: token.value as Rational,
        text: token.text,
        span: spanOf(token),
      };
      if (!this.is("operator", "^")) return plain;
      return this.power(plain);
    }
    if (token.kind === "operator" && (token.text === "-" || token.text === "+")) {
      this.take();
      const operand = this.nested(() => this.exponent());
      return {
        kind: "unary",
        operator: token.text,
        operand,
        span: { start: token.start, end: operand.span.end },
      };
    }
    return this.expression(POWER);
  }
}
