// Finds the numbers of a text: jumps to the next digit and looks outward from there, never
// back past the end of the number before, so that the time is linear in the text.

import { isSign } from "./cursor.js";
import { ANCHORS, COARSE_ANCHORS, isLetter, isVulgar, zeroOf } from "./digits.js";
import { Forms } from "./forms.js";
import {
  DECIMAL,
  FRACTION,
  GROUPED,
  INTEGER,
  MIXED,
  MULTIPLIERS,
  NONE,
  ORDINAL,
  PERCENT,
  RADIX,
  REPEATING,
  SCIENTIFIC,
} from "./kinds.js";
import type { NumberSpans } from "./spans.js";

const table = (characters: string, value: number) => {
  const out = new Uint8Array(128).fill(1 - value);
  for (const c of characters) out[c.charCodeAt(0)] = value;
  return out;
};
/** Characters before a digit that change nothing about it; a space may follow `\frac`. */
const PLAIN_BEFORE = table('\t\n\r([=*<>":,;#/&', 1);
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

export class Scanner extends Forms {
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
      return this.#form(p, end, prev, plain);
    }
    if (!isVulgar(c)) {
      this.zero = zeroOf(c);
      return this.#form(p, this.digits(p), prev, false);
    }
    this.zero = 0x30;
    this.kind = NONE;
    if (isLetter(prev) && this.inWord(p)) return p + 1;
    return this.#finish(p, p + 1, FRACTION);
  }

  #form(p: number, digitsEnd: number, prev: number, plain: boolean): number {
    let end = digitsEnd;
    this.kind = NONE;
    if ((prev === 0x5f || prev === 0x7b || isLetter(prev)) && this.inWord(p))
      return this.dotted(end);
    // ^2, ^{2}, ^-2 and ^{-2}
    const raised = prev === 0x5e || this.before(p - 1) === 0x5e || this.before(p - 2) === 0x5e;
    if (raised && end === p + 1 && this.inUnit(p, end)) return end;
    const latin = this.zero === 0x30;
    const opens = prev === 0x7b || prev === 0x63 || prev === 0x20 || prev === 0x2e;
    if (latin && (opens || isSign(prev))) {
      const start = this.fractionBefore(p);
      const close = start < 0 ? -1 : this.fraction(start, false);
      if (close >= 0) return this.#finish(start, close, FRACTION);
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
        if (radix >= 0) return this.#finish(p, radix, RADIX);
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
    return this.#finish(start, end, kind, start < p ? this.before(start) : prev);
  }

  #leads(end: number): number {
    const next = this.at(end);
    return next < 0x80 ? (LEADS_TO[next] as number) : ALL;
  }

  /** What may follow: a period, an exponent, a denominator, a percent sign and so on. */
  #finish(start: number, end: number, kind: number, prev = 0): number {
    const slashed = prev === 0x2f || prev === 0x2044 || prev === 0x5e;
    let leads = this.#leads(end);
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
      leads = this.#leads(end);
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
    if (scanner.kind !== NONE) {
      out.push(scanner.start, end, scanner.kind);
      scanner.last = end;
    }
    scanner.low = end;
    anchors.lastIndex = end;
  }
  return limit;
}
