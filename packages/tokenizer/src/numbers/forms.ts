// The forms that a number can go on with, each as a rule that gives the end of what it takes
// or -1. A rule looks at a bounded number of units, apart from runs of digits.

import { Cursor, isSign } from "./cursor.js";
import { isLetter, isVulgar, superscript, zeroOf } from "./digits.js";
import { INTEGER, MULTIPLIER_WORDS, SLASH_FRACTIONS } from "./kinds.js";

export class Forms extends Cursor {
  /** Whether what stands at `i` keeps a point after it from beginning a number: `fig.5`, `a[0].5`. */
  protected joins(i: number): boolean {
    if (i < 0) return false;
    const c = this.text.charCodeAt(i);
    return isLetter(c) || c === 0x29 || c === 0x5d || c === 0x7d || c === 0x2e || zeroOf(c) !== 0;
  }

  /** The end of digits and points: `1.2.3`, `192.168.0.1`. */
  protected dotted(end: number): number {
    while (this.isPoint(end) && this.isDigit(end + 1)) end = this.digits(end + 1);
    return end;
  }

  /** The end of digits in groups of three, or -1. */
  protected groups(p: number, end: number): number {
    const length = this.separator(end);
    if (length === 0 || end - p > 3 || this.at(p) === this.zero) return -1;
    const listed = this.separator(this.low);
    if (listed > 0 && this.low + listed === p && zeroOf(this.before(this.low)) !== 0) return -1;
    let close = end;
    for (let i = end; ; ) {
      let same = 0;
      while (same < length && this.at(i + same) === this.at(end + same)) same++;
      if (same < length) break;
      const next = this.digits(i + length);
      if (next === i + length) break;
      if (next - i - length !== 3) return -1;
      i = next;
      close = i;
    }
    if (close === end) return -1;
    // (1,234) is a pair; {1,234} is a number, since \boxed{1,234} is, and so is (1,000): 000 is none.
    if (close === end + 4 && this.at(end) === 0x2c && this.at(end + 1) !== this.zero) {
      const outer = this.signed(p);
      const open = this.before(outer);
      const shut = this.at(close);
      const opens =
        open === 0x28 || open === 0x5b || (open === 0x7b && this.before(outer - 1) === 0x5c);
      if (opens && (shut === 0x29 || shut === 0x5d || shut === 0x5c)) return -1;
    }
    return close;
  }

  /** The value of one or two digits from `i` to `end`, or 0. */
  protected small(i: number, end: number): number {
    if (end - i !== 1 && end - i !== 2) return 0;
    const last = this.at(end - 1) - this.zero;
    return end - i === 1 ? last : (this.at(i) - this.zero) * 10 + last;
  }

  /** The end of `2024-01-15`, `1/15/2024` or `2024/1/15` among words, or -1. */
  protected date(p: number, end: number, prev: number): number {
    const mark = this.at(end);
    const length = end - p;
    if ((mark !== 0x2d && mark !== 0x2f) || (length !== 4 && (mark === 0x2d || length > 2)))
      return -1;
    const second = this.digits(end + 1);
    if (this.at(second) !== mark) return -1;
    const third = this.digits(second + 1);
    const middle = this.small(end + 1, second);
    const year = length === 4 ? p : second + 1;
    const edge = length === 4 ? this.small(second + 1, third) : this.small(p, end);
    const years = this.at(year) - this.zero;
    if (length !== 4 && (third - second !== 5 || years < 1 || years > 2)) return -1;
    if (mark === 0x2d && (second - end !== 3 || third - second !== 3)) return -1;
    if (!(middle && edge && Math.min(middle, edge) <= 12 && Math.max(middle, edge) <= 31))
      return -1;
    if ("=<>+-*/^$".includes(String.fromCharCode(prev))) return -1;
    let close = third;
    const after = this.at(close);
    if (mark === 0x2d && after === 0x54) {
      do close++;
      while (this.isDigit(close) || "+-.:Z".includes(String.fromCharCode(this.at(close))));
      this.steps += close - third;
      return close;
    }
    return "=+-*/^".includes(String.fromCharCode(after)) && after !== 0 ? -1 : close;
  }

  /** The end of `0x1F`, `0b101`, `0o17`, `1011_2` or `1011_{2}`, or -1. */
  protected radix(p: number, end: number): number {
    const mark = this.at(end);
    if (mark === 0x5f) return this.subscript(p, end);
    const letter = mark | 0x20;
    if (end !== p + 1 || this.at(p) !== 0x30) return -1;
    const base = letter === 0x78 ? 16 : letter === 0x62 ? 2 : letter === 0x6f ? 8 : 0;
    if (base === 0) return -1;
    let close = end + 1;
    while (digitValue(this.at(close)) < base) close++;
    this.steps += close - end;
    const after = this.at(close);
    return close === end + 1 || isLetter(after) || after === 0x5f || digitValue(after) < 10
      ? -1
      : close;
  }

  protected subscript(p: number, end: number): number {
    const braced = this.at(end + 1) === 0x7b;
    const from = end + (braced ? 2 : 1);
    const to = this.digits(from);
    const base = this.small(from, to);
    if (base < 2 || base > 36) return -1;
    if (braced ? this.at(to) !== 0x7d : to - from !== 1 || isLetter(this.at(to))) return -1;
    for (let i = p; i < end; i++) if (this.at(i) - 0x30 >= base) return -1;
    this.steps += end - p;
    return braced ? to + 1 : to;
  }

  /** The end of `e-3`, `\times 10^{5}` after a number, or of `^5` after 10, or -1. */
  protected exponent(start: number, end: number, slashed: boolean): number {
    const c = this.at(end);
    if ((c | 0x20) === 0x65) {
      const from = end + (isSign(this.at(end + 1)) ? 2 : 1);
      const close = this.digits(from);
      const rejected = close === from || isLetter(this.at(close)) || this.at(close) === 0x5f;
      return rejected || (this.isPoint(close) && this.isDigit(close + 1)) ? -1 : close;
    }
    if (end === start + 2 && this.isTen(start) && c !== 0x20) {
      const close = this.power(end);
      if (close >= 0) return close;
    }
    if (slashed) return -1;
    let i = this.skipSpace(end);
    const operator = this.at(i);
    if (operator === 0x5c) {
      if (this.matches("\\times", i)) i += 6;
      else if (this.matches("\\cdot", i)) i += 5;
      else return -1;
    } else if (
      operator === 0xd7 ||
      operator === 0x2a ||
      operator === 0xb7 ||
      operator === 0x22c5 ||
      (operator | 0x20) === 0x78
    ) {
      i++;
    } else return -1;
    i = this.skipSpace(i);
    return this.isTen(i) ? this.power(i + 2) : -1;
  }

  protected isTen(i: number): boolean {
    return this.at(i) === this.zero + 1 && this.at(i + 1) === this.zero;
  }

  /** The end of `\overline{3}` or `\bar{3}` after `0.` or `0.1`, or -1. */
  protected repeating(end: number, kind: number): number {
    let i = end;
    if (kind === INTEGER) {
      if (!this.isPoint(end)) return -1;
      i++;
    }
    if (this.at(i) !== 0x5c) return -1;
    if (this.matches("\\overline{", i)) i += 10;
    else if (this.matches("\\bar{", i)) i += 5;
    else return -1;
    const close = this.digits(i);
    return close > i && this.at(close) === 0x7d ? close + 1 : -1;
  }

  /**
   * The end of `/2` after a numerator that begins at `from`, or -1. If `top` is not negative, the
   * numerator is `[from, top)` and must be less than the denominator.
   */
  protected over(end: number, from: number, top: number): number {
    const mark = this.at(end);
    if ((mark !== 0x2f && mark !== 0x2044) || !(this.flags & SLASH_FRACTIONS)) return -1;
    const close = this.digits(end + 1);
    if (close === end + 1 || this.allZeros(end + 1, close)) return -1;
    const after = this.at(close);
    if (after === 0x5e || superscript(after) >= 0) return -1;
    if ((after === 0x2f || this.isPoint(close)) && this.isDigit(close + 1)) return -1;
    return top < 0 || this.isLess(from, top, end + 1, close) ? close : -1;
  }

  /** The end of `½`, ` 1/2` or `\frac{1}{2}` after a whole number, or -1. */
  protected mixed(end: number): number {
    const i = this.skipSpace(end);
    const c = this.at(i);
    if (isVulgar(c)) return i + 1;
    if (c === 0x5c) return this.fraction(i, true);
    if (i === end || !this.isDigit(i)) return -1;
    const top = this.digits(i);
    return this.over(top, i, top);
  }

  /** The end of `\frac{1}{2}` or `\frac12` at `i`, or -1; `proper` asks for a value from 0 to 1. */
  protected fraction(i: number, proper: boolean): number {
    let j = i + 1;
    const style = this.at(j);
    if (style === 0x64 || style === 0x74 || style === 0x63) j++;
    if (!this.matches("frac", j)) return -1;
    const top = this.argument(j + 4, !proper);
    if (top < 0) return -1;
    const a = this.from;
    const aEnd = this.to;
    const close = this.argument(top, !proper);
    if (close < 0 || this.#isZero(this.from, this.to)) return -1;
    return proper && !this.isLess(a, aEnd, this.from, this.to) ? -1 : close;
  }

  /** The digits of the last {@link argument}, with its separators and point. */
  protected from = 0;
  protected to = 0;

  /** The end of a digit, of `{12}`, or if `any` of `{-0.5}` and `{1,000}`; or -1. */
  protected argument(i: number, any: boolean): number {
    if (this.at(i) === 0x20) i++;
    const braced = this.at(i) === 0x7b;
    if (braced) i++;
    if (braced && any && isSign(this.at(i))) i++;
    this.from = i;
    if (!braced) {
      this.to = i + 1;
      return this.isDigit(i) ? this.to : -1;
    }
    let end = this.digits(i);
    if (any && this.at(end) !== 0x7d) {
      const grouped = end > i ? this.groups(i, end) : -1;
      if (grouped >= 0) end = grouped;
      if (this.isPoint(end) && this.isDigit(end + 1)) end = this.digits(end + 1);
    }
    this.to = end;
    return end > i && this.at(end) === 0x7d ? end + 1 : -1;
  }

  /** Whether digits with or without a point are all 0; those in groups never are. */
  #isZero(from: number, to: number): boolean {
    while (from < to && (this.at(from) === this.zero || this.isPoint(from))) from++;
    this.steps++;
    return from === to;
  }

  /** The end of `%`, `\%` or ` percent`, or -1; in `7 % 3` and `7%3` it is a remainder. */
  protected percent(end: number): number {
    let i = this.skipSpace(end);
    const spaced = i > end;
    let c = this.at(i);
    if (spaced && c === 0x70) {
      const length = this.matches("percent", i) ? 7 : this.matches("per cent", i) ? 8 : 0;
      return length > 0 && !isLetter(this.at(i + length)) ? i + length : -1;
    }
    if (c === 0x5c) c = this.at(++i);
    if (c !== 0x25 && c !== 0x66a && c !== 0xff05) return -1;
    if (this.isDigit(i + 1)) return -1;
    return spaced && this.at(i + 1) === 0x20 && this.isDigit(i + 2) ? -1 : i + 1;
  }

  protected ordinal(end: number): boolean {
    const c = this.at(end);
    const d = this.at(end + 1);
    const suffix =
      (c === 0x73 && d === 0x74) || // st
      (c === 0x6e && d === 0x64) || // nd
      (c === 0x72 && d === 0x64) || // rd
      (c === 0x74 && d === 0x68); // th
    return suffix && !isLetter(this.at(end + 2));
  }

  protected multiplier(end: number): number {
    const i = this.skipSpace(end);
    if (i === end) return end;
    for (const word in MULTIPLIER_WORDS) {
      if (this.matches(word, i) && !isLetter(this.at(i + word.length))) return i + word.length;
    }
    return end;
  }
}

/** The value of a digit or letter as a digit of a base up to 36, or 36. */
function digitValue(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return c < 0x80 && letter >= 0 && letter < 26 ? letter + 10 : 36;
}
