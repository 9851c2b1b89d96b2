// Writes a tree as one line, so that tests can say what they expect.

import type { Expression, Fault } from "../../src/index.js";

export function show(e: Expression | Fault): string {
  switch (e.kind) {
    case "fault":
      return `fault ${e.span.start}-${e.span.end}: ${e.message}`;
    case "number":
      return `${e.value}`;
    case "based":
      return `${e.digits}_${e.base}`;
    case "name":
      return e.name;
    case "text":
      return `"${e.text}"`;
    case "unary":
      return `(${e.operator} ${show(e.operand)})`;
    case "postfix":
      return `(${show(e.operand)} ${e.operator})`;
    case "mixed":
      return `${e.whole}&${e.fraction}`;
    case "binary":
      return `(${show(e.left)} ${e.operator}${e.implicit ? "." : ""} ${show(e.right)})`;
    case "call":
      return `${e.name}[${e.args.map(show).join(", ")}]`;
    case "group":
      return `${e.open}${e.items.map(show).join(", ")}${e.close}`;
    case "matrix":
      return `${e.style}<${e.rows.map((row) => row.map(show).join(" ")).join("; ")}>`;
    case "relation":
      return `{${e.operands.map((each, i) => show(each) + (e.operators[i] ? ` ${e.operators[i]} ` : "")).join("")}}`;
    case "list":
      return `list<${e.items.map(show).join(", ")}>`;
  }
}
