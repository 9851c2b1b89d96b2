// The forms that the bytes of a text tell apart without the scanner.

import {
  BEFORE_POINT,
  ENDS,
  FIRST,
  MINUS,
  OPENS,
  SECOND,
  SECOND_TO_LAST,
  UNIT_LETTERS,
} from "./byte-neighbours.js";
import { DECIMAL, FRACTION, GROUPED, INTEGER, ORDINAL, PERCENT } from "./kinds.js";
import type { Scanner } from "./scanner.js";

/** How many bytes before a number are looked at. */
export const MARGIN = 3;

export const isDigit = (byte: number) => (byte - 0x30) >>> 0 < 10;

const isLetter = (byte: number) => ((byte | 0x20) - 0x61) >>> 0 < 26;

/** Whether `^` before digits at `p` may be that of a unit, `5 m/s^2`, rather than of a variable. */
function mayRaiseUnit(bytes: Uint8Array, p: number): boolean {
  let q = p - 2;
  if (bytes[q] === 0x7d) return (bytes[q - 1] as number) !== 0x29; // \text{m}^2
  while (isLetter(bytes[q] as number)) q--;
  const gap = bytes[q] as number;
  if (q === p - 2) return true;
  if (q === p - 3) {
    if (UNIT_LETTERS[bytes[p - 2] as number] === 0 && gap < 0x80 && gap !== 0x2f && gap !== 0x7b)
      return false;
    if (isDigit(gap)) return false; // 3m^2
  }
  if (gap === 0x20) {
    const c = bytes[q - 1] as number;
    return c >= 0x80 || isLetter(c) || isDigit(c) || c === 0x25 || c === 0x7d || c === 0x5c;
  }
  if (gap === 0x2c || gap === 0x3b) return bytes[q - 1] === 0x5c;
  // 5m^2, 5-m^2, m/s^2, \text{m^2}, 5%m^2, 5~m^2
  return gap >= 0x80 || isDigit(gap) || [0x2d, 0x2f, 0x7b, 0x7d, 0x25, 0x7e].includes(gap);
}

/** Where `.5`, `-$5` or `3-$5` begins, if the digits begin at `p`, or -1 if the scanner has to look. */
export function unsureBegin(bytes: Uint8Array, p: number): number {
  const last = bytes[p - 1] as number;
  const second = bytes[p - 2] as number;
  if (last === 0x2e) return BEFORE_POINT[second] !== 0 ? p - 1 : -1;
  if (last === 0x5e) return mayRaiseUnit(bytes, p) ? -1 : p;
  if (last !== 0x24 || (second !== 0x2b && second !== 0x2d)) return -1;
  const third = bytes[p - 3] as number;
  if (ENDS[third] !== 0) return p;
  return ((SECOND_TO_LAST[third] as number) & OPENS) !== 0 ? p - 2 : -1;
}

/** The end of `1,234` where a comma is followed by a digit at `e`, or -1 if the scanner has to look. */
function grouped(bytes: Uint8Array, p: number, e: number): number {
  const last = bytes[p - 1] as number;
  // 5,1,234 and other separators
  if (e - p > 3 || bytes[p] === 0x30 || last === 0x2c || last === 0x5f || last === 0x7d) return -1;
  if (last === 0x21) return -1;
  let end = e;
  while (bytes[end] === 0x2c && isDigit(bytes[end + 1] as number)) {
    if (!isDigit(bytes[end + 2] as number) || !isDigit(bytes[end + 3] as number)) return -1;
    if (isDigit(bytes[end + 4] as number)) return -1;
    end += 4;
  }
  const next = bytes[end] as number;
  const after = bytes[end + 1] as number;
  if (((FIRST[next] as number) & (SECOND[after] as number)) !== 0) return -1;
  // (1,234) is a pair.
  return next === 0x29 || next === 0x5d ? -1 : end;
}

/** Whether ` \times 10^5` may go on after a sign of multiplication before `i`. */
function timesTen(bytes: Uint8Array, i: number): boolean {
  if (bytes[i] === 0x20) i++;
  const first = bytes[i] as number;
  if (first !== 0x31) return first >= 0x80 || first === 0x5c;
  const second = bytes[i + 1] as number;
  if (second !== 0x30) return second >= 0x80;
  const third = bytes[i + 2] as number;
  return third >= 0x80 || third === 0x5e;
}

/** Whether `percent` or `per cent` may go on after a `p` before `i`. */
function percentWord(bytes: Uint8Array, i: number): boolean {
  const [first, second] = [bytes[i] as number, bytes[i + 1] as number];
  if (first !== 0x65) return first >= 0x80;
  if (second !== 0x72) return second >= 0x80;
  const third = bytes[bytes[i + 2] === 0x20 ? i + 3 : i + 2] as number;
  return third >= 0x80 || third === 0x63;
}

/** Whether what stands after a number and a space at `i` may belong to it. */
function goesOn(bytes: Uint8Array, i: number): boolean {
  const c = bytes[i] as number;
  if (c === 0x70) return percentWord(bytes, i + 1);
  if (c === 0x2a || (c | 0x20) === 0x78) return timesTen(bytes, i + 1);
  return c >= 0x80 || c === 0x25 || c === 0x5c || isDigit(c);
}

/**
 * The end of the number whose first digits are `[p, e)`, with its kind as `scanner.kind`, or -1 if
 * the scanner has to look. It is known where the number begins.
 */
export function simpleForm(bytes: Uint8Array, p: number, e: number, scanner: Scanner): number {
  let kind = INTEGER;
  let next = bytes[e] as number;
  let after = bytes[e + 1] as number;
  if (next === 0x2e) {
    if (after >= 0x80 || after === 0x5c) return -1;
    if (isDigit(after)) {
      kind = DECIMAL;
      e += 2;
      while (isDigit(bytes[e] as number)) e++;
      next = bytes[e] as number;
      after = bytes[e + 1] as number;
      if (next === 0x2e && (after >= 0x80 || isDigit(after))) return -1;
    }
  } else if (next === 0x2f && isDigit(after)) {
    const last = bytes[p - 1] as number;
    // 1/0, and a slash or a power before.
    if (after === 0x30 || last === 0x2f || last === 0x5e) return -1;
    kind = FRACTION;
    e += 2;
    while (isDigit(bytes[e] as number)) e++;
    next = bytes[e] as number;
    after = bytes[e + 1] as number;
    if (next === 0x2f || next === 0x25 || next === 0x5e) return -1;
    if (next === 0x2e && (after >= 0x80 || isDigit(after))) return -1;
  }
  scanner.kind = kind;
  if (next === 0x20) return goesOn(bytes, e + 1) ? -1 : e;
  if (next >= 0x80 || next === 0x5c || next === 0x5f || next === 0x7b) return -1;
  if (kind === FRACTION) return e;
  if (next === 0x25) {
    if (after >= 0x80) return -1;
    if (isDigit(after)) return e;
    scanner.kind = PERCENT;
    return e + 1;
  }
  const zero = e === p + 1 && bytes[p] === 0x30;
  const lower = next | 0x20;
  if (next === 0x2a || lower === 0x78)
    return (zero && next !== 0x2a) || timesTen(bytes, e + 1) ? -1 : e;
  if (lower === 0x65) {
    return after >= 0x80 || isDigit(after) || after === 0x2b || after === 0x2d ? -1 : e;
  }
  if (kind === DECIMAL) return e;
  const numeric = after >= 0x80 || isDigit(after);
  switch (next) {
    case 0x2c: // 1,234 and 1,\!234
      if (after < 0x80 && numeric) {
        scanner.kind = GROUPED;
        return grouped(bytes, p, e);
      }
      return numeric || after === 0x5c ? -1 : e;
    case 0x2d: {
      if (!numeric || e !== p + 4) return e;
      if (after >= 0x80) return -1;
      // 2024-01-15
      let q = e + 2;
      while (isDigit(bytes[q] as number)) q++;
      return bytes[q] === 0x2d ? -1 : e;
    }
    case 0x2f:
      return after >= 0x80 ? -1 : e;
    case 0x5e: // 10^5
      return bytes[p] === 0x31 ? -1 : e;
    case 0x73: // 1st, 2nd, 3rd, 4th
    case 0x6e:
    case 0x72:
    case 0x74: {
      if (after >= 0x80) return -1;
      if (after !== (next === 0x73 ? 0x74 : next === 0x74 ? 0x68 : 0x64)) return e;
      const third = bytes[e + 2] as number;
      if (third >= 0x80) return -1;
      if (!isLetter(third)) scanner.kind = ORDINAL;
      return e;
    }
    default: // 0b1 and 0o7
      return zero && (lower === 0x62 || lower === 0x6f) ? -1 : e;
  }
}

/** Whether `form` really may go on after digits `[p, e)`. */
export function mayGoOn(bytes: Uint8Array, p: number, e: number, form: number): boolean {
  if (form === MINUS) return e === p + 4;
  const c = bytes[e + 2] as number;
  return c === 0x65 || c >= 0x80;
}
