// What brackets of every kind hold: arguments, groups, tuples, intervals, sets, matrices.

import type { Rational } from "../exact/rational.js";
import { LIST, RELATION } from "./binding.js";
import type { Expression } from "./expression.js";
import type { Token } from "./token.js";
import { describe, spanOf, TokenStream } from "./token-stream.js";

const CLOSERS: Readonly<Record<string, readonly string[]>> = {
  "(": [")", "]"],
  "[": ["]", ")", "["],
  "]": ["[", "]"],
  "{": ["}"],
  "\\{": ["\\}"],
  "⌊": ["⌋"],
  "⌈": ["⌉"],
};

export abstract class Brackets extends TokenStream {
  /** Bars that are open, so that one in an operator's place closes. */
  protected bars = 0;

  /** Square brackets that are open, so that `[` in an operator's place closes, as in `]1, 2[`. */
  protected square = 0;

  /** Whether `|` stands for "such that" here. */
  protected builder = false;

  /** An expression of operators that bind at least as tightly as `power`. */
  abstract expression(power: number): Expression;

  protected abstract operand(): Expression;

  /** A braced or bracketed argument, or a single operand. */
  protected argument(): Expression {
    if (this.is("open", "{")) return this.braces();
    const token = this.peek();
    if (token.kind === "open" || token.kind === "structure")
      return this.nested(() => this.operand());
    if (token.kind === "number") {
      this.take();
      return {
        kind: "number",
        value: token.value as Rational,
        text: token.text,
        span: spanOf(token),
      };
    }
    return this.nested(() => this.operand());
  }

  /** What braces hold; empty ones are a fault. */
  protected braces(): Expression {
    const open = this.expect("open", "{");
    const [bars, builder] = [this.bars, this.builder];
    this.bars = 0;
    const content = this.expression(LIST);
    this.bars = bars;
    this.builder = builder;
    const close = this.expect("close", "}");
    return { ...content, span: { start: open.start, end: close.end } };
  }

  protected environment(begin: Token): Expression {
    const style = begin.text.replace("begin ", "").replace("*", "");
    const rows: Expression[][] = [[]];
    const bars = this.bars;
    this.bars = 0;
    for (;;) {
      const token = this.peek();
      if (token.kind === "end") this.fail(`\\begin{${style}} without its end`, begin);
      if (token.kind === "structure" && token.text.startsWith("end ")) break;
      if (token.kind === "operator" && (token.text === "\\\\" || token.text === "&")) {
        this.take();
        if (token.text === "\\\\") rows.push([]);
        continue;
      }
      rows.at(-1)?.push(this.expression(LIST));
    }
    const end = this.take().end;
    this.bars = bars;
    const span = { start: begin.start, end };
    const filled = rows.filter((row) => row.length > 0);
    if (/^(?:align|aligned|gather|gathered|equation|split)$/.test(style)) {
      const items = filled.flat();
      const [only] = items;
      return items.length === 1 && only !== undefined
        ? { ...only, span }
        : { kind: "list", items, span };
    }
    return { kind: "matrix", style, rows: filled, span };
  }

  protected absolute(bar: Token): Expression {
    this.bars++;
    const inside = this.expression(LIST);
    this.bars--;
    const close = this.expect("operator", "|");
    return {
      kind: "call",
      name: "abs",
      args: [inside],
      span: { start: bar.start, end: close.end },
    };
  }

  protected group(open: Token): Expression {
    const [bars, builder] = [this.bars, this.builder];
    this.bars = 0;
    // \left\{ \begin{array}{l} … \end{array} \right. is a system, whose brace doesn't close.
    if (open.text === "\\{" && this.peek().text.startsWith("begin ")) {
      const system = this.nested(() => this.operand());
      const end = this.is("close", "\\}") ? this.take().end : system.span.end;
      this.bars = bars;
      return { ...system, span: { start: open.start, end } };
    }
    const closers = CLOSERS[open.text] ?? [];
    this.builder = open.text === "\\{" || open.text === "{";
    const square = open.text === "[" || open.text === "]" ? 1 : 0;
    this.square += square;
    const items: Expression[] = [];
    while (!(this.is("close") && closers.includes(this.peek().text))) {
      if (this.is("comma") || this.is("joiner")) {
        this.take();
        continue;
      }
      if (this.is("end")) this.fail(`${describe(open)} isn't closed`, open);
      // In `]1, 2[` the closing bracket looks like an opening one.
      if (open.text === "]" && this.is("open", "[")) break;
      if (open.text === "[" && items.length === 2 && this.is("open", "[")) break;
      items.push(this.expression(RELATION));
    }
    const close = this.take();
    this.bars = bars;
    this.builder = builder;
    this.square -= square;
    const span = { start: open.start, end: close.end };
    const [only] = items;
    if (open.text === "⌊" || open.text === "⌈") {
      if (only === undefined || items.length > 1) this.fail("expected one expression", open);
      return { kind: "call", name: open.text === "⌊" ? "floor" : "ceil", args: [only], span };
    }
    const plain =
      open.text === "("
        ? close.text === ")"
        : open.text === "{" || (open.text === "[" && close.text === "]");
    if (
      only !== undefined &&
      items.length === 1 &&
      plain &&
      !(open.text === "[" && only.kind === "group")
    ) {
      return { ...only, span };
    }
    // {,} and the like hold nothing.
    if (items.length === 0 && open.text === "{") return this.fail("empty braces", open);
    return {
      kind: "group",
      open: open.text.replace("\\", "") as "(",
      close: close.text.replace("\\", "") as ")",
      items,
      span,
    };
  }
}
