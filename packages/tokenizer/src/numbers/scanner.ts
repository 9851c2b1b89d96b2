// Finds the numbers of a text: jumps to the next digit and looks outward from there, never
// back past the end of the number before, so that the time is linear in the text.

import { Cursor, isSign } from "./cursor.js";
import { ANCHORS, COARSE_ANCHORS, isLetter, isVulgar, superscript, zeroOf } from "./digits.js";
import {
  DECIMAL,
  FRACTION,
  GROUPED,
  INTEGER,
  MIXED,
  MULTIPLIER_WORDS,
  MULTIPLIERS,
  NONE,
  ORDINAL,
  PERCENT,
  RADIX,
  REPEATING,
  SCIENTIFIC,
  SLASH_FRACTIONS,
} from "./kinds.js";

const table = (characters: string, value: number) => {
  const out = new Uint8Array(128).fill(1 - value);
  for (const c of characters) out[c.charCodeAt(0)] = value;
  return out;
};
/** Characters before a digit that change nothing about it; a space may follow `\frac`. */
const PLAIN_BEFORE = table('\t\n\r([=*<>":,;#/^&', 1);
/** Characters after the digits with which no form goes on. */
const PLAIN_AFTER = table(" .,/eE%\\_{*xXbBoO^-snrt", 0);
/** What a character after the digits may lead to, as bits. */
const LEADS_TO = new Uint8Array(128);
const [POWER, PERIOD, OVER, PART, HUNDREDTHS, RANK] = [1, 2, 4, 8, 16, 32];
const ALL = 63;
for (const c of "eE*xX^ \\") LEADS_TO[c.charCodeAt(0)] = POWER;
for (const c of "snrt") LEADS_TO[c.charCodeAt(0)] = RANK;
LEADS_TO[0x20] = POWER | PART | HUNDREDTHS;
LEADS_TO[0x5c] = POWER | PERIOD | PART | HUNDREDTHS;
LEADS_TO[0x2e] = PERIOD;
LEADS_TO[0x2f] = OVER;
LEADS_TO[0x25] = HUNDREDTHS;
/** Characters after digits and a space with which no form goes on. */
const PLAIN_SECOND = table('\n.,()=+-<>"$abcdefghijklmnoqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ', 1);

export class Scanner extends Cursor {
  /** The start and the kind of the number that {@link read} found. */
  start = 0;
  kind = NONE;

  /**
   * Reads the number whose first digit, in the order of the text, is at `p`. Returns where to
   * go on: the end of the number, or of the digits that are none (then `kind` is 0).
   */
  read(p: number): number {
    const c = this.text.charCodeAt(p);
    const prev = this.before(p);
    if (c < 0x3a) {
      this.zero = 0x30;
      const end = this.digits(p);
      const next = this.at(end);
      let plain = false;
      if (next < 0x80) {
        plain = PLAIN_AFTER[next] === 1;
        if (next === 0x20) {
          const second = this.at(end + 1);
          plain = second < 0x80 && PLAIN_SECOND[second] === 1 && !(this.flags & MULTIPLIERS);
        } else if (next === 0x2e || next === 0x2c) {
          plain = (this.at(end + 1) | 0x2a) === 0x2a; // a space or a line feed
        }
      }
      if (plain) {
        this.start = p;
        this.kind = INTEGER;
        if (prev < 0x80 && PLAIN_BEFORE[prev] === 1) return end;
        if (prev === 0x20 && this.before(p - 1) !== 0x63) return end;
      }
      return this.form(p, end, prev, plain);
    }
    if (!isVulgar(c)) {
      this.zero = zeroOf(c);
      return this.form(p, this.digits(p), prev, false);
    }
    this.zero = 0x30;
    this.kind = NONE;
    if (isLetter(prev) && this.inWord(p)) return p + 1;
    return this.finish(p, p + 1, FRACTION);
  }

  private form(p: number, digitsEnd: number, prev: number, plain: boolean): number {
    let end = digitsEnd;
    this.kind = NONE;
    if ((prev === 0x5f || prev === 0x7b || isLetter(prev)) && this.inWord(p))
      return this.dotted(end);
    const latin = this.zero === 0x30;
    if (latin && (prev === 0x7b || prev === 0x63 || prev === 0x20 || isSign(prev))) {
      const start = this.fractionBefore(p);
      const close = start < 0 ? -1 : this.fraction(start, false);
      if (close >= 0) return this.finish(start, close, FRACTION);
    }
    let start = p;
    let kind = INTEGER;
    if (p - 1 >= this.low && this.isPoint(p - 1) && !this.joins(p - 2)) {
      start = p - 1;
      kind = DECIMAL;
    } else if (!plain) {
      if (latin) {
        const date = this.date(p, end, prev);
        if (date >= 0) return date;
        const radix = this.radix(p, end);
        if (radix >= 0) return this.finish(p, radix, RADIX);
      }
      const grouped = this.groups(p, end);
      if (grouped >= 0) {
        end = grouped;
        kind = GROUPED;
      }
    }
    if (plain) {
      this.start = this.signed(start);
      this.kind = kind;
      return end;
    }
    if (this.isPoint(end) && this.isDigit(end + 1)) {
      if (kind === DECIMAL) return this.dotted(end);
      const places = this.digits(end + 1);
      if (this.isPoint(places) && this.isDigit(places + 1)) {
        if (kind === INTEGER) return this.dotted(places);
      } else {
        end = places;
        if (kind === INTEGER) kind = DECIMAL;
      }
    }
    return this.finish(start, end, kind, start < p ? this.before(start) : prev);
  }

  private leads(end: number): number {
    const next = this.at(end);
    return next < 0x80 ? (LEADS_TO[next] as number) : ALL;
  }

  /** What may follow: a period, an exponent, a denominator, a percent sign and so on. */
  private finish(start: number, end: number, kind: number, prev = 0): number {
    const slashed = prev === 0x2f || prev === 0x2044 || prev === 0x5e;
    let leads = this.leads(end);
    if ((kind === INTEGER || kind === DECIMAL) && leads & (POWER | PERIOD)) {
      const close = leads & POWER ? this.exponent(start, end, slashed) : -1;
      const period = close < 0 && leads & PERIOD ? this.repeating(end, kind) : -1;
      if (close >= 0) {
        end = close;
        kind = SCIENTIFIC;
      } else if (period >= 0) {
        end = period;
        kind = REPEATING;
      }
    }
    if (kind === INTEGER && !slashed && leads & (OVER | PART)) {
      const close = leads & OVER ? this.over(end, start, -1) : -1;
      const mixed = close < 0 && leads & PART ? this.mixed(end) : -1;
      if (close >= 0) {
        end = close;
        kind = FRACTION;
      } else if (mixed >= 0) {
        end = mixed;
        kind = MIXED;
      }
    }
    if (kind === INTEGER && leads & RANK && this.ordinal(end)) kind = ORDINAL;
    else if (kind !== SCIENTIFIC && kind !== RADIX) {
      leads = this.leads(end);
      const close = leads & HUNDREDTHS ? this.percent(end) : -1;
      if (close >= 0) {
        end = close;
        kind = PERCENT;
      } else if (this.flags & MULTIPLIERS) end = this.multiplier(end);
    }
    this.start = this.signed(start);
    this.kind = kind;
    return end;
  }

  /** Whether what stands at `i` keeps a point after it from beginning a number: `fig.5`, `a[0].5`. */
  private joins(i: number): boolean {
    if (i < 0) return false;
    const c = this.text.charCodeAt(i);
    return isLetter(c) || c === 0x29 || c === 0x5d || c === 0x7d || c === 0x2e || zeroOf(c) !== 0;
  }

  /** The end of digits and points: `1.2.3`, `192.168.0.1`. */
  private dotted(end: number): number {
    while (this.isPoint(end) && this.isDigit(end + 1)) end = this.digits(end + 1);
    return end;
  }

  /** The end of digits in groups of three, or -1. */
  private groups(p: number, end: number): number {
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
    // (1,234) is a pair; {1,234} is a number, since \boxed{1,234} is.
    if (close === end + 4 && this.at(end) === 0x2c) {
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
  private small(i: number, end: number): number {
    if (end - i !== 1 && end - i !== 2) return 0;
    const last = this.at(end - 1) - this.zero;
    return end - i === 1 ? last : (this.at(i) - this.zero) * 10 + last;
  }

  /** The end of `2024-01-15`, `1/15/2024` or `2024/1/15` among words, or -1. */
  private date(p: number, end: number, prev: number): number {
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
  private radix(p: number, end: number): number {
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

  private subscript(p: number, end: number): number {
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
  private exponent(start: number, end: number, slashed: boolean): number {
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

  private isTen(i: number): boolean {
    return this.at(i) === this.zero + 1 && this.at(i + 1) === this.zero;
  }

  /** The end of `\overline{3}` or `\bar{3}` after `0.` or `0.1`, or -1. */
  private repeating(end: number, kind: number): number {
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
  private over(end: number, from: number, top: number): number {
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
  private mixed(end: number): number {
    const i = this.skipSpace(end);
    const c = this.at(i);
    if (isVulgar(c)) return i + 1;
    if (c === 0x5c) return this.fraction(i, true);
    if (i === end || !this.isDigit(i)) return -1;
    const top = this.digits(i);
    return this.over(top, i, top);
  }

  /** The end of `\frac{1}{2}` or `\frac12` at `i`, or -1; `proper` asks for a value from 0 to 1. */
  private fraction(i: number, proper: boolean): number {
    let j = i + 1;
    const style = this.at(j);
    if (style === 0x64 || style === 0x74 || style === 0x63) j++;
    if (!this.matches("frac", j)) return -1;
    const top = this.argument(j + 4, !proper);
    if (top < 0) return -1;
    const a = this.from;
    const aEnd = this.to;
    const close = this.argument(top, false);
    if (close < 0 || this.allZeros(this.from, this.to)) return -1;
    return proper && !this.isLess(a, aEnd, this.from, this.to) ? -1 : close;
  }

  /** The digits of the last {@link argument}. */
  private from = 0;
  private to = 0;

  private argument(i: number, maySign: boolean): number {
    if (this.at(i) === 0x20) i++;
    const braced = this.at(i) === 0x7b;
    if (braced) i++;
    if (braced && maySign && isSign(this.at(i))) i++;
    if (!this.isDigit(i)) return -1;
    this.from = i;
    this.to = braced ? this.digits(i) : i + 1;
    if (!braced) return this.to;
    return this.at(this.to) === 0x7d ? this.to + 1 : -1;
  }

  /** The end of `%`, `\%` or ` percent`, or -1; in `7 % 3` and `7%3` it is a remainder. */
  private percent(end: number): number {
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

  private ordinal(end: number): boolean {
    const c = this.at(end);
    const d = this.at(end + 1);
    const suffix =
      (c === 0x73 && d === 0x74) || // st
      (c === 0x6e && d === 0x64) || // nd
      (c === 0x72 && d === 0x64) || // rd
      (c === 0x74 && d === 0x68); // th
    return suffix && !isLetter(this.at(end + 2));
  }

  private multiplier(end: number): number {
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

/** Numbers as triples (start, end, kind) in UTF-16 units; grows by doubling, can be used again. */
export class NumberSpans {
  data = new Int32Array(96);
  /** How many numbers there are. */
  count = 0;

  push(start: number, end: number, kind: number): void {
    const at = this.count * 3;
    if (at === this.data.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[at] = start;
    this.data[at + 1] = end;
    this.data[at + 2] = kind;
    this.count++;
  }
}

/**
 * Scans until the end, or until a number that more text after `scanner.limit` might change if
 * `settled`. Returns where the first digit of that number is, or `scanner.limit`.
 */
export function scanWith(
  scanner: Scanner,
  out: NumberSpans,
  from: number,
  settled: boolean,
): number {
  const { text, limit } = scanner;
  // Its own object, since a search is state; compiled once per pattern by the engine.
  let anchors = new RegExp(COARSE_ANCHORS, "g");
  anchors.lastIndex = from;
  while (anchors.test(text)) {
    const p = anchors.lastIndex - 1;
    if (p >= limit) break;
    const c = text.charCodeAt(p);
    if (c >= 0x660 && zeroOf(c) === 0 && !isVulgar(c)) {
      // A letter of another script: more are likely to follow.
      anchors = new RegExp(ANCHORS, "g");
      anchors.lastIndex = p;
      continue;
    }
    const end = scanner.read(p);
    if (settled && scanner.touched) return p;
    if (scanner.kind !== NONE) out.push(scanner.start, end, scanner.kind);
    scanner.low = end;
    anchors.lastIndex = end;
  }
  return limit;
}

/**
 * Appends the numbers of `text` between `from` and `to` to `out` and returns how many they are.
 * Nothing is parsed. What stands before `from` is seen but no number begins there.
 */
export function scanNumbers(
  text: string,
  out: NumberSpans,
  from = 0,
  to = text.length,
  flags = SLASH_FRACTIONS,
): number {
  const before = out.count;
  const scanner = new Scanner(text, to, flags);
  scanner.low = from;
  scanWith(scanner, out, from, false);
  return out.count - before;
}
