// Reads one side of a relation out of a line's tokens: operands and signs between them, past units and words that belong to them.

import { readNumber } from "./read-number.js";
import { readUnits } from "./read-units.js";
import { emptySide, markOf, piece, resetTo, type Side } from "./side.js";
import type { Token } from "./tokens.js";
import { articles, numberWords, operatorWords } from "./words.js";

const maxDepth = 48;

/** Functions whose exact value is computed. */
const functions = new Set(["sqrt", "gcd", "lcm", "max", "min", "abs"]);

export class SideReader {
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The side that begins at token `at`, or `undefined` when none does. */
  read(at: number): Side | undefined {
    const side = emptySide();
    const next = this.#sum(at, side, 0);
    if (next === undefined) return undefined;
    side.next = next;
    const first = this.#tokens[at];
    side.start = (first?.text === "" ? this.#tokens[at + 1] : first)?.start ?? 0;
    return side;
  }

  #kind(at: number): string | undefined {
    return this.#tokens[at]?.kind;
  }

  /** Operands with signs between them; the token after, or `undefined` when there isn't an operand. */
  #sum(from: number, side: Side, depth: number): number | undefined {
    let at = this.#operand(from, side, depth, true);
    if (at === undefined) return undefined;
    while (true) {
      const sign = this.#sign(at);
      if (sign === undefined) return at;
      const mark = markOf(side);
      const operator = piece("operator", sign);
      operator.tight = !this.#tokens[at]?.spaced && !this.#tokens[at + 1]?.spaced;
      side.pieces.push(operator);
      const after = this.#operand(at + 1, side, depth, false);
      if (after === undefined) {
        resetTo(side, mark);
        return at;
      }
      const spoken = this.#tokens[at]?.kind === "word";
      const dash = sign === "-" && this.#tokens[at - 1]?.kind === "word";
      if (depth === 0 && (dash || spoken)) {
        side.shorter ??= mark[0];
      }
      if (side.of && (sign === "+" || sign === "-")) side.doubt ??= "it may be a share of the sum";
      side.operators++;
      at = after;
    }
  }

  /** The sign at `at`, where an operand stands before it. */
  #sign(at: number): string | undefined {
    const token = this.#tokens[at];
    if (token === undefined) return undefined;
    if (token.kind === "operator") return token.text;
    if (token.kind === "letter" && (token.text === "x" || token.text === "X")) {
      const next = this.#tokens[at + 1];
      if (next?.kind === "number" || next?.kind === "money" || next?.kind === "annotation")
        return "*";
      const tight = this.#tokens[at - 1]?.end === token.start;
      return next?.kind === "open" && !tight ? "*" : undefined;
    }
    if (token.kind !== "word") return undefined;
    const word = operatorWords.get(token.text);
    return word !== undefined && this.#startsNumber(at + 1) ? word : undefined;
  }

  #startsNumber(at: number): boolean {
    const kind = this.#kind(at);
    return kind === "number" || kind === "money" || kind === "open";
  }

  #operand(from: number, side: Side, depth: number, first: boolean): number | undefined {
    let at = from;
    let signs = 0;
    while (true) {
      const token = this.#tokens[at];
      if (token === undefined) return undefined;
      if (token.kind === "operator" && (token.text === "-" || token.text === "+") && signs < 3) {
        if (token.text === "+" && first) side.doubt ??= "it begins with a plus sign";
        const spaced = this.#tokens[at + 1]?.spaced ?? false;
        if (first && signs === 0 && depth === 0 && token.text === "-" && spaced) side.dash = true;
        if (token.text === "-") side.pieces.push(piece("operator", "-"));
        signs++;
      } else if (token.kind === "tilde") side.approximate = true;
      else if (token.kind !== "money" && token.kind !== "annotation") break;
      at++;
    }
    const primary = this.#primary(at, from, side, depth);
    return primary === undefined ? undefined : this.#suffixes(primary, side, depth);
  }

  #primary(at: number, from: number, side: Side, depth: number): number | undefined {
    const token = this.#tokens[at];
    if (token === undefined) return undefined;
    side.end = token.end;
    switch (token.kind) {
      case "number":
        return readNumber(this.#tokens, at, from, side);
      case "letter":
        if (articles.has(token.text) && this.#kind(at + 1) === "word") return undefined;
        side.pieces.push(piece("letter", token.text));
        if (token.text !== "π") side.letters = true;
        return at + 1;
      case "open":
        return this.#group(at, side, depth);
      case "word": {
        const value = numberWords.get(token.text);
        if (value !== undefined && this.#sign(at + 1) !== undefined) {
          side.pieces.push(piece("number", value));
          return at + 1;
        }
        return functions.has(token.text) ? this.#call(at, side, depth) : undefined;
      }
      default:
        return undefined;
    }
  }

  #group(at: number, side: Side, depth: number): number | undefined {
    if (depth >= maxDepth) return undefined;
    const mark = markOf(side);
    side.pieces.push(piece("open", "("));
    const inner = this.#sum(at + 1, side, depth + 1);
    const close = inner === undefined ? undefined : this.#tokens[inner];
    if (inner === undefined || close?.kind !== "close") {
      resetTo(side, mark);
      return undefined;
    }
    side.pieces.push(piece("close", ")"));
    side.end = close.end;
    return inner + 1;
  }

  #call(at: number, side: Side, depth: number): number | undefined {
    const name = (this.#tokens[at] as Token).text;
    const next = this.#tokens[at + 1];
    if (next?.kind === "number" && name === "sqrt") {
      side.pieces.push(
        piece("function", "sqrt("),
        piece("number", next.text, next.decimals),
        piece("close", ")"),
      );
      side.operators++;
      side.end = next.end;
      return at + 2;
    }
    if (next?.kind !== "open" || depth >= maxDepth) return undefined;
    const mark = markOf(side);
    side.pieces.push(piece("function", `${name}(`));
    let inner = this.#sum(at + 2, side, depth + 1);
    while (inner !== undefined && name !== "sqrt" && this.#kind(inner) === "comma") {
      side.pieces.push(piece("operator", ","));
      inner = this.#sum(inner + 1, side, depth + 1);
    }
    const close = inner === undefined ? undefined : this.#tokens[inner];
    if (inner === undefined || close?.kind !== "close") {
      resetTo(side, mark);
      return undefined;
    }
    side.pieces.push(piece("close", ")"));
    side.operators++;
    side.end = close.end;
    return inner + 1;
  }

  /** Percent, factorials, products without a sign, and units. */
  #suffixes(from: number, side: Side, depth: number): number | undefined {
    let at = from;
    for (let count = 0; count < 16; count++) {
      const token = this.#tokens[at];
      if (token === undefined) return at;
      if (token.kind === "money") {
        // The second of two dollar signs around mathematics.
        at++;
        continue;
      }
      if (token.kind === "percent" || (token.kind === "word" && token.text === "percent")) {
        side.pieces.push(piece("percent", "%"));
        side.percents++;
        side.end = token.end;
        at++;
        continue;
      }
      if (token.kind === "bang") {
        if (token.spaced || !this.#mayFollow(at + 1)) return at;
        side.pieces.push(piece("bang", "!"));
        side.operators++;
        side.end = token.end;
        at++;
        continue;
      }
      if (token.kind === "dots") {
        side.dots = true;
        at++;
        continue;
      }
      const product = this.#product(at, side, depth);
      if (product === undefined) return this.#units(at, side, depth);
      at = product;
    }
    return at;
  }

  /** An operand right after another: `2x`, `3(4 + 5)`, `(a + b)(a - b)`. */
  #product(at: number, side: Side, depth: number): number | undefined {
    const token = this.#tokens[at] as Token;
    const before = this.#tokens[at - 1] as Token;
    if (before.kind === "word" || before.kind === "money") return undefined;
    if (token.kind === "letter") {
      if (this.#sign(at) !== undefined) return undefined;
      const next = this.#tokens[at + 1];
      if (token.spaced && (next?.kind === "word" || "aAIrR".includes(token.text))) return undefined;
      if (!token.spaced && next?.kind === "word" && articles.has(token.text)) return undefined;
      if (/[rR]/.test(token.text) && next?.kind === "number") return undefined;
      doubtStroke(side);
      side.pieces.push(piece("operator", "*"), piece("letter", token.text));
      if (token.text !== "π") side.letters = true;
      side.operators++;
      side.end = token.end;
      return at + 1;
    }
    if (before.kind === "bang" && token.kind === "number") {
      doubtStroke(side);
      side.pieces.push(piece("operator", "*"), piece("number", token.text, token.decimals));
      side.operators++;
      side.end = token.end;
      return at + 1;
    }
    if (token.kind !== "open") return undefined;
    const mark = markOf(side);
    side.pieces.push(piece("operator", "*"));
    const after = this.#group(at, side, depth);
    if (after === undefined) {
      resetTo(side, mark);
      return undefined;
    }
    doubtStroke(side, mark[0]);
    if (token.spaced) side.doubt ??= "brackets after a number may be an aside";
    if (before.kind === "letter") side.doubt ??= "it may be a function";
    side.operators++;
    return after;
  }

  #mayFollow(at: number): boolean {
    const next = this.#tokens[at];
    if (next?.kind === "number") return !next.spaced;
    return next !== undefined && /^(?:operator|relation|close|open)$/.test(next.kind);
  }

  /** Skips the words of a unit if the side goes on after them; else stays before them. */
  #units(from: number, side: Side, depth: number): number | undefined {
    if (this.#tokens[from]?.text === "of") {
      const of = this.#of(from, side, depth);
      if (of !== undefined) return of;
    }
    const words = readUnits(this.#tokens, from, (at) => this.#sign(at) !== undefined);
    const { next, units } = words;
    if (next === from) return from;
    side.doubt ??= words.doubt;
    const number = side.pieces.findLast((one) => one.kind === "number");
    if (number !== undefined && units.length > 0)
      number.units = [...(number.units ?? []), ...units];
    const kind = this.#kind(next);
    const goesOn =
      kind === "relation" ||
      kind === "annotation" ||
      (kind === "close" && depth > 0) ||
      this.#sign(next) !== undefined;
    if (words.stopped || !goesOn) return from;
    side.words = true;
    return next;
  }

  /** `20% of 50`, `1/2 of the 30`: a product. */
  #of(at: number, side: Side, depth: number): number | undefined {
    const last = side.pieces[side.pieces.length - 1];
    const stroke = side.pieces[side.pieces.length - 2];
    const fraction = last?.kind === "percent" || (stroke?.text === "/" && last?.kind === "number");
    let next = at + 1;
    if (this.#tokens[next]?.text === "the") next++;
    if (!fraction || !this.#startsNumber(next)) return undefined;
    const mark = markOf(side);
    side.pieces.push(piece("operator", "*"));
    side.operators++;
    const after = this.#operand(next, side, depth, false);
    if (after === undefined) {
      resetTo(side, mark);
      return undefined;
    }
    side.of = true;
    if (depth === 0) side.shorter ??= mark[0];
    return after;
  }
}

/** `1/2x` and `6/2(3)` are read in two ways. */
function doubtStroke(side: Side, end = side.pieces.length): void {
  const at = side.pieces[end - 1]?.kind === "close" ? -1 : end - 2;
  if (side.pieces[at]?.text === "/") side.doubt ??= "a product without a sign follows a stroke";
}
