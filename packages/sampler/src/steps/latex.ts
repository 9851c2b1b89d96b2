// LaTeX in a line, as the tokens that plain text would give.

import type { Scanner } from "./scan.js";
import { commandOperators, commandRelations } from "./symbols.js";
import { functionNames } from "./words.js";

const maxDepth = 24;
const words = new Set(["text", "textbf", "textit", "mathrm", "mathbf", "operatorname", "mbox"]);
const fractions = new Set(["frac", "dfrac", "tfrac", "cfrac"]);
const nothing = new Set(["left", "right", "displaystyle", "big", "Big", "bigl", "bigr", "circ"]);
const gaps = new Set(["quad", "qquad"]);

/** Where the group that opens at `open` closes, or -1. */
function closing(text: string, open: number, end: number): number {
  let depth = 0;
  for (let at = open; at < end; at++) {
    const symbol = text[at];
    if (symbol === "\\") at++;
    else if (symbol === "{") depth++;
    else if (symbol === "}" && --depth === 0) return at;
  }
  return -1;
}

interface Argument {
  readonly from: number;
  readonly to: number;
  /** What follows it; `to` when it has no braces. */
  readonly next: number;
}

/** The argument at `at`: a group in braces or one character. */
function argument(text: string, at: number, end: number): Argument | undefined {
  let from = at;
  while (text[from] === " ") from++;
  if (text[from] === "{") {
    const to = closing(text, from, end);
    return to === -1 ? undefined : { from: from + 1, to, next: to + 1 };
  }
  return /[0-9a-z]/.test(text[from] ?? "") ? { from, to: from + 1, next: from + 1 } : undefined;
}

function inside(scanner: Scanner, { from, to, next }: Argument): void {
  if (next === to) {
    // `\frac12`: a digit or a letter without braces.
    const symbol = scanner.text[from] ?? "";
    scanner.push(/\d/.test(symbol) ? "number" : "letter", symbol, from, to);
    return;
  }
  scanner.at = from;
  scanner.depth++;
  scanner.scan(to);
  scanner.depth--;
}

function fraction(scanner: Scanner, start: number, at: number, end: number): boolean {
  const above = argument(scanner.text, at, end);
  const below = above && argument(scanner.text, above.next, end);
  if (above === undefined || below === undefined) return false;
  scanner.push("open", "(", start, above.from);
  scanner.push("open", "(", start, above.from);
  inside(scanner, above);
  scanner.push("close", ")", above.to, above.to);
  scanner.push("operator", "/", above.to, above.to);
  scanner.push("open", "(", below.from, below.from);
  inside(scanner, below);
  scanner.push("close", ")", below.to, below.to);
  scanner.push("close", ")", below.to, below.next);
  return true;
}

/** Scans the command at the scanner's place, with its arguments. */
export function scanCommand(scanner: Scanner, end: number) {
  const { text, at } = scanner;
  const symbol = text[at + 1] ?? "";
  if (!/[a-zA-Z]/.test(symbol)) {
    if (symbol === "%") return scanner.push("percent", "%", at, at + 2);
    if (symbol === "$") return scanner.push("money", "$", at, at + 2);
    if (symbol === "{") return scanner.push("open", "(", at, at + 2);
    if (symbol === "}") return scanner.push("close", ")", at, at + 2);
    if (",;:! ".includes(symbol)) return scanner.skip(2);
    return scanner.push("stop", symbol, at, Math.min(at + 2, scanner.end));
  }
  let to = at + 2;
  while (to < end && /[a-zA-Z]/.test(text[to] ?? "")) to++;
  const name = text.slice(at + 1, to);
  const operator = commandOperators.get(name);
  if (operator !== undefined) return scanner.push("operator", operator, at, to);
  const relation = commandRelations.get(name);
  if (relation !== undefined) return scanner.push("relation", relation, at, to);
  if (nothing.has(name)) {
    scanner.at = to;
    return;
  }
  if (gaps.has(name)) return scanner.push("stop", name, at, to);
  if (scanner.depth < maxDepth) {
    if (fractions.has(name) && fraction(scanner, at, to, end)) return;
    if (words.has(name) || name === "boxed") {
      const group = argument(text, to, end);
      if (group !== undefined) {
        if (name === "boxed") scanner.push("open", "(", at, group.from);
        inside(scanner, group);
        if (name === "boxed") scanner.push("close", ")", group.to, group.next);
        scanner.at = group.next;
        return;
      }
    }
  }
  if (functionNames.has(name)) return scanner.push("word", name, at, to);
  if (name === "pi") return scanner.push("letter", "π", at, to);
  if (name === "begin" || name === "end") {
    scanner.push("stop", name, at, to);
    scanner.at = argument(text, to, end)?.next ?? to;
    return;
  }
  if (
    ["to", "implies", "therefore", "because", "hline", "iff"].includes(name) ||
    /arrow/i.test(name)
  ) {
    return scanner.push("stop", name, at, to);
  }
  scanner.push("odd", name, at, to);
}
