// Reading characters around a number: the pieces that the scanner's rules are made of.

import { UNIT_LETTERS } from "./byte-neighbours.js";
import { isCurrency, isLetter, isPoint, separatorLength, superscript, zeroOf } from "./digits.js";
import { SPACE_GROUPS } from "./kinds.js";
import { isPowerOfUnit, UNIT_REACH } from "./units.js";

const MINUS = 0x2212;

/** Operators of LaTeX after which a sign belongs to the number: in `\pi-5` it does not. */
const OPERATORS = new Set(
  "times cdot div pm mp le leq ge geq lt gt ne neq in approx equiv sim to cong implies iff rightarrow Rightarrow left".split(
    " ",
  ),
);

/** Rules look back no further than this many UTF-16 units from the first digit. */
export const LOOK_BACK = 48;
const MAX_COMMAND = 20;

export const isSign = (c: number) => c === 0x2d || c === 0x2b || c === MINUS;

export const isSpace = (c: number) =>
  c === 0x20 ||
  (c >= 9 && c <= 13) ||
  c === 0xa0 ||
  (c >= 0x2000 && c <= 0x200a) ||
  c === 0x202f ||
  c === 0x3000;

export class Cursor {
  /** No number begins before `low`, the end of the number before. */
  low = 0;
  /** The end of the last number, or a place far before. */
  last = -UNIT_REACH;
  /** Code of the zero of the script of the number at hand. */
  zero = 0x30;
  /** Whether a rule wanted to see what follows `limit`: more text might change its verdict. */
  touched = false;
  /** How many characters were looked at after the digits were found. */
  steps = 0;

  constructor(
    readonly text: string,
    readonly limit: number,
    readonly flags: number,
  ) {}

  at(i: number): number {
    if (i < this.limit) return this.text.charCodeAt(i);
    this.touched = true;
    return 0;
  }

  before(i: number): number {
    return i > 0 ? this.text.charCodeAt(i - 1) : 0x20;
  }

  isDigit(i: number): boolean {
    return (this.at(i) - this.zero) >>> 0 < 10;
  }

  /** The end of the digits from `i` on. */
  digits(i: number): number {
    const from = i;
    while (this.isDigit(i)) i++;
    this.steps += i - from + 1;
    return i;
  }

  matches(word: string, i: number): boolean {
    if (i + word.length <= this.limit) return this.text.startsWith(word, i);
    this.touched = true;
    return false;
  }

  /** `i`, or what follows one space there, be it `\,` or `\ `. */
  skipSpace(i: number): number {
    const c = this.at(i);
    if (c === 0x5c) {
      const next = this.at(i + 1);
      return next === 0x2c || next === 0x20 ? i + 2 : i;
    }
    return c === 0x20 || c === 0xa0 || c === 0x2009 || c === 0x202f ? i + 1 : i;
  }

  separator(i: number): number {
    if (i + 3 > this.limit) this.touched = true;
    return separatorLength(this.text, i, (this.flags & SPACE_GROUPS) !== 0);
  }

  isPoint(i: number): boolean {
    return isPoint(this.at(i), this.zero);
  }

  allZeros(from: number, to: number): boolean {
    while (from < to && this.at(from) === this.zero) from++;
    this.steps++;
    return from === to;
  }

  /** Whether the digits of the first run make a smaller number than those of the second. */
  isLess(a: number, aEnd: number, b: number, bEnd: number): boolean {
    while (a < aEnd && this.at(a) === this.zero) a++;
    while (b < bEnd && this.at(b) === this.zero) b++;
    if (aEnd - a !== bEnd - b) return aEnd - a < bEnd - b;
    while (a < aEnd && this.at(a) === this.at(b)) {
      a++;
      b++;
    }
    this.steps += aEnd - a;
    return a < aEnd && this.at(a) < this.at(b);
  }

  /** The end of `^{-5}`, `^5` or `⁻⁵` at `i`, or -1. */
  power(i: number): number {
    if (this.at(i) !== 0x5e) {
      const sign = superscript(this.at(i)) >= 10 ? 1 : 0;
      let end = i + sign;
      for (let digit = superscript(this.at(end)); digit >= 0 && digit < 10; ) {
        digit = superscript(this.at(++end));
      }
      this.steps += end - i + 1;
      return end > i + sign ? end : -1;
    }
    const braced = this.at(i + 1) === 0x7b;
    let from = i + (braced ? 2 : 1);
    if (isSign(this.at(from))) from++;
    const end = this.digits(from);
    if (end === from) return -1;
    if (braced) return this.at(end) === 0x7d ? end + 1 : -1;
    return this.isPoint(end) && this.isDigit(end + 1) ? -1 : end;
  }

  /** Whether the letters that end before `end` are the name of a LaTeX command. */
  #command(end: number): string | undefined {
    let i = end;
    while (
      i > 0 &&
      end - i < MAX_COMMAND &&
      ((this.text.charCodeAt(i - 1) | 0x20) - 0x61) >>> 0 < 26
    )
      i--;
    const isCommand = i < end && this.before(i) === 0x5c && this.before(i - 1) !== 0x5c;
    return isCommand ? this.text.slice(i, end) : undefined;
  }

  /** Whether digits that begin at `p` belong to a name: `x2`, `x_2`, `x_{2}`. */
  inWord(p: number): boolean {
    const prev = this.before(p);
    let end = p;
    if (prev === 0x5f) end = p - 1;
    else if (prev === 0x7b && this.before(p - 1) === 0x5f) end = p - 2;
    const last = this.before(end);
    if (end < p && zeroOf(last) !== 0) return true;
    if (!isLetter(last)) return false;
    // 2x5 is a product.
    if (end === p && (last | 0x20) === 0x78 && zeroOf(this.before(end - 1)) !== 0) return false;
    return this.#command(end) === undefined;
  }

  /** Whether the one digit `[p, end)` is the power of a unit after the last number: `m/s^2`, `s^{-1}`. */
  inUnit(p: number, end: number): boolean {
    let i = p;
    if (isSign(this.before(i))) i--;
    if (this.before(i) === 0x7b) i--;
    if (this.before(i) !== 0x5e || p - this.last >= UNIT_REACH || i - this.last < 3) return false;
    const c = this.before(i - 1);
    if (!isLetter(c) && c !== 0x7d) return false;
    // 3 x^2
    if (c < 0x80 && UNIT_LETTERS[c] === 0 && this.before(i - 2) === 0x20) return false;
    if (end + 3 > this.limit) this.touched = true;
    return isPowerOfUnit(this.text, this.last, p);
  }

  /** The start of `\frac` whose numerator begins at `p`, or -1. */
  fractionBefore(p: number): number {
    let b = p;
    if (this.before(b) === 0x2e) b--;
    if (isSign(this.before(b))) b--;
    if (this.before(b) === 0x7b) b--;
    else if (b !== p) return -1;
    if (this.before(b) === 0x20) b--;
    if (this.before(b) !== 0x63 || !this.text.startsWith("frac", b - 4)) return -1;
    let start = b - 4;
    const style = this.before(start);
    if (style === 0x64 || style === 0x74 || style === 0x63) start--;
    return this.before(start) === 0x5c && start - 1 >= this.low ? start - 1 : -1;
  }

  /** The start of a number with the sign and the currency before it, if it has any. */
  signed(start: number): number {
    let q = start;
    let c = this.before(q);
    const money = isCurrency(c);
    if (money) {
      q--;
      if (c === 0x24 && this.before(q) === 0x5c) q--;
      c = this.before(q);
    }
    return isSign(c) && q - 1 >= this.low && this.#takesSign(q - 1, money) ? q - 1 : start;
  }

  /** Whether a sign at `q` is a number's own rather than a subtraction. */
  #takesSign(q: number, money: boolean): boolean {
    const c = this.before(q);
    if (q === 0 || isSpace(c)) return true;
    if (c < 0x80) {
      if (money && c === 0x24) return false;
      // What may open or close: `|-5|` against `|x|-5`, `$-5$` against `$x$-5`.
      if (c === 0x7c || c === 0x24 || c === 0x22) {
        return (
          q === 1 || isSpace(this.before(q - 1)) || OPENING.includes(this.text[q - 2] as string)
        );
      }
      if (isLetter(c)) return OPERATORS.has(this.#command(q) ?? "");
      return OPENING.includes(this.text[q - 1] as string);
    }
    return isCurrency(c) || OPENING.includes(this.text[q - 1] as string);
  }
}

const OPENING = "([{<>=+-*/^,;:&~\\−×÷·⋅≤≥≠≈±∓→“‘";
