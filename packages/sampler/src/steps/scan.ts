// Cuts a line into tokens. It only finds where mathematics is: what an expression means is the parser's matter.

import { scanCommand } from "./latex.js";
import { splitProducts } from "./letter-products.js";
import { scanNumber } from "./scan-number.js";
import {
  operatorsBySymbol,
  relationStarts,
  relationsBySymbol,
  vulgarFractions,
} from "./symbols.js";
import type { Token, TokenKind } from "./tokens.js";

/** Longer lines are cut off here. */
const maxLineLength = 8192;
const maxTokens = 2048;

/** Degrees, and what makes another letter or an ordinal number of what it stands on. */
const superscript =
  /^\^\s*(?:\{?\s*\\circ\s*\}?|(\{?\s*\\prime\s*\}?|\{?\s*(?:\\text\{)?\s*(?:th|st|nd|rd)\s*\}{0,2}))/;
/** A subscript: a group, or letters and digits. */
const subscript = /^_(?:\{[^{}]*\}|\w+)/;
const letter = /\p{L}/u;
const wordRun = /[A-Za-z]+/y;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return code > 191 && letter.test(text[at] ?? "");
};
const isSpace = (code: number): boolean =>
  code === 32 || code === 9 || code === 10 || code === 13 || code === 0xa0 || code === 0x202f;

export class Scanner {
  readonly text: string;
  readonly tokens: Token[] = [];
  at: number;
  readonly end: number;
  #spaced = false;
  depth = 0;

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.at = start;
    this.end = Math.min(text.length, end, start + maxLineLength);
  }

  push(kind: TokenKind, text: string, start: number, end: number, decimals = 0): void {
    this.tokens.push({ kind, text, start, end, spaced: this.#spaced, decimals });
    this.#spaced = false;
    this.at = end;
  }

  skip(characters: number): void {
    this.at += characters;
    this.#spaced = true;
  }

  get last(): Token | undefined {
    return this.tokens[this.tokens.length - 1];
  }

  /** Scans up to `end`, which is exclusive. */
  scan(end: number): void {
    while (this.at < end && this.tokens.length < maxTokens) this.#step(end);
    this.at = Math.max(this.at, end);
  }

  #step(end: number) {
    const { text, at } = this;
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      this.at += 1;
      this.#spaced = true;
      return;
    }
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return scanNumber(this);
    if (isLetter(text, at)) return this.#word();
    const symbol = text[at] ?? "";
    if (symbol === "\\") return scanCommand(this, end);
    if (symbol === "<" && text[at + 1] === "<") return this.#annotation();
    if (symbol === "*") return this.#star();
    if (symbol === "_") return this.#underscore();
    for (let length = relationStarts.has(symbol) ? 3 : 0; length > 0; length--) {
      const relation = relationsBySymbol.get(text.slice(at, at + length));
      if (relation === undefined) continue;
      const kind = relation === "" ? "stop" : "relation";
      return this.push(kind, relation, at, at + length);
    }
    if (symbol === "-" && this.#joinsWords()) {
      this.at += 1;
      return;
    }
    if (symbol === "^") {
      const mark = superscript.exec(text.slice(at, at + 24));
      if (mark !== null) {
        if (mark[1] !== undefined && this.last !== undefined) this.last.kind = "odd";
        this.at += mark[0].length;
        return;
      }
    }
    const operator = operatorsBySymbol.get(symbol);
    if (operator !== undefined) return this.push("operator", operator, at, at + 1);
    this.#symbol(symbol);
  }

  #symbol(symbol: string) {
    const { at } = this;
    const one = at + 1;
    switch (symbol) {
      case "(":
      case "[":
      case "{":
        return this.push("open", "(", at, one);
      case ")":
      case "]":
      case "}":
        return this.push("close", ")", at, one);
      case "%":
        return this.push("percent", "%", at, one);
      case "$":
      case "£":
      case "€":
      case "¥":
        return this.push("money", symbol, at, one);
      case "!":
        return this.push("bang", "!", at, one);
      case ",":
        return this.push("comma", ",", at, one);
      case ":":
        return this.push("colon", ":", at, one);
      case "~":
        return this.push("tilde", "~", at, one);
      case "…":
        return this.push("dots", "...", at, one);
      case ".":
        if (this.text.startsWith("...", at)) return this.push("dots", "...", at, at + 3);
        return this.push("stop", ".", at, one);
      case "²":
      case "³":
        this.push("operator", "^", at, one);
        return this.push("number", symbol === "²" ? "2" : "3", at, one);
      case "¢":
        return this.push("word", "cents", at, one);
      case "√":
        return this.push("word", "sqrt", at, one);
      case "&":
      case "°":
      case "`":
        this.at = one;
        return;
      case "|":
      case "'":
        return this.push("odd", symbol, at, one);
    }
    const vulgar = vulgarFractions.get(symbol);
    if (vulgar !== undefined) return this.push("number", vulgar, at, one, -1);
    this.push("stop", symbol, at, one);
  }

  #word() {
    const { text, at } = this;
    wordRun.lastIndex = at;
    let to = wordRun.test(text) ? Math.min(wordRun.lastIndex, this.end) : at + 1;
    while (to < this.end) {
      if (isLetter(text, to)) to += 1;
      else if ("'’-".includes(text[to] ?? "") && isLetter(text, to + 1)) {
        // "n-x" is a difference, "well-known" is a word.
        if (text[to] === "-" && (to === at + 1 || !isLetter(text, to + 2))) break;
        to += 2;
      } else break;
    }
    if (to > at + 1) return this.push("word", text.slice(at, to).toLowerCase(), at, to);
    if (isDigit(text.charCodeAt(to)) && !this.#isTimes(text[at] ?? "")) {
      while (isDigit(text.charCodeAt(to))) to += 1;
      return this.push("odd", text.slice(at, to), at, to);
    }
    this.push(text[to] === "'" || text[to] === "’" ? "odd" : "letter", text[at] ?? "", at, to);
  }

  /** Whether an `x` before a digit may be a sign of multiplication. */
  #isTimes(symbol: string): boolean {
    const last = this.last;
    if (symbol !== "x" && symbol !== "X") return false;
    return last !== undefined && ["number", "close", "percent", "word"].includes(last.kind);
  }

  /** Whether a hyphen ties a number or a word to a word, as in `3-day` or `mid-May`. */
  #joinsWords(): boolean {
    const { text, at } = this;
    const last = this.last;
    if (last === undefined || last.end !== at || !isLetter(text, at + 1)) return false;
    return (last.kind === "number" || last.kind === "word") && isLetter(text, at + 2);
  }

  /** A star is a product between operands, a power if doubled, and emphasis elsewhere. */
  #star() {
    const { text, at } = this;
    const length = text[at + 1] === "*" ? 2 : 1;
    const last = this.last;
    const after = text[at + length] ?? " ";
    const gapBefore = this.#spaced;
    const gapAfter = /\s/.test(after);
    const rest = text.slice(at + length, at + length + 8).trimStart();
    const follows = /^(?:-?\s*(?:\\?[$£€¥]\s*)?[-+]?[\d.(√a-zA-Z[{½⅓⅔¼¾]|\\[a-zA-Z(]|<<)/.test(
      rest,
    );
    const operandBefore =
      last !== undefined &&
      ["number", "letter", "close", "percent", "word", "annotation", "money"].includes(last.kind);
    const even = gapBefore === gapAfter;
    if (operandBefore && follows && length === 1) {
      const opens = last.kind === "word" && gapBefore && !gapAfter;
      if (!opens || !/^\S[^*]*\*(?![\d(])/.test(text.slice(at + 1, at + 200)))
        return this.push("operator", "*", at, at + 1);
    }
    if (operandBefore && follows && length === 2 && even && last.kind !== "word") {
      return this.push("operator", "^", at, at + 2);
    }
    this.at += length;
  }

  /** An underscore is a subscript right after a letter, a digit or a command, and emphasis elsewhere. */
  #underscore() {
    const last = this.last;
    const glued = last !== undefined && last.end === this.at;
    const index = subscript.exec(this.text.slice(this.at, this.at + 64));
    if (glued && index !== null && /^(?:letter|number|odd|close)$/.test(last.kind)) {
      last.kind = "odd";
      this.at += index[0].length;
      last.end = this.at;
      return;
    }
    this.at += 1;
  }

  #annotation() {
    const close = this.text.indexOf(">>", this.at);
    if (close === -1 || close > this.end) return this.push("stop", "<<", this.at, this.at + 2);
    this.push("annotation", this.text.slice(this.at + 2, close), this.at, close + 2);
  }
}

/** The tokens of a part of a line. Never throws; time and size are linear and bounded. */
export function scan(line: string, start = 0, end = line.length): Token[] {
  const scanner = new Scanner(line, start, end);
  scanner.scan(scanner.end);
  markDelimiters(scanner.tokens);
  return splitProducts(scanner.tokens, line);
}

/** Dollar signs around mathematics, as in `$x = 5$`, lose their text: they are no currency. */
function markDelimiters(tokens: readonly Token[]): void {
  let opening: Token | undefined;
  tokens.forEach((token, at) => {
    if (token.kind !== "money" || token.text !== "$" || token.end - token.start > 1) return;
    const next = tokens[at + 1];
    const amount =
      next !== undefined &&
      next.start === token.end &&
      /^(?:number|annotation|operator)$/.test(next.kind);
    if (amount) {
      opening = token;
      return;
    }
    token.text = "";
    if (opening !== undefined) opening.text = "";
    opening = undefined;
  });
}
