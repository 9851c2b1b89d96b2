// Finds the numbers of a whole text fast: digits are looked for in its UTF-8, eight bytes at
// a time, and a number whose neighbours leave no doubt is read there. The scanner, which knows
// all rules, reads the others.

import { TextBuffer } from "../pipeline/text-buffer.js";
import { isVulgar, zeroOf } from "./digits.js";
import { DECIMAL, FRACTION, INTEGER, NONE, PERCENT, SLASH_FRACTIONS } from "./kinds.js";
import { Scanner, scanWith } from "./scanner.js";
import { NumberSpans } from "./spans.js";

/** Bytes that one call of the loop covers, about: what is called often is compiled soon. */
const PART = 1 << 13;
/** How many bytes before a number are looked at. */
const MARGIN = 2;
/** Bytes of a text, and numbers, that are kept room for. */
const KEPT_BYTES = 1 << 17;
const KEPT_NUMBERS = 1 << 17;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";

/** A set of bits for each byte: `all`, and what the rows say; `beyond` ASCII that instead. */
function table(
  all: number,
  beyond: number,
  ...rows: readonly (readonly [characters: string, bits: number])[]
): Uint8Array {
  const out = new Uint8Array(256).fill(all).fill(all | beyond, 128);
  for (const [characters, bits] of rows) {
    for (const c of characters) out[c.charCodeAt(0)] = (out[c.charCodeAt(0)] as number) | bits;
  }
  return out;
}

const BEYOND = 64;
const ALWAYS = 128;

// The characters before a digit: there is no doubt about where the number begins unless the
// second to last has one of the bits that the last has.
const [OPENS, FRAC, UNSURE, SIGN] = [1, 2, 4, 8];
const SECOND_TO_LAST = table(
  ALWAYS,
  BEYOND,
  ["\t\n\v\f\r ([<>=+-*/^,;:&~\\", OPENS],
  ["c", FRAC],
  [`${LETTERS}{|$"`, UNSURE],
  ["+-\\", SIGN],
);
const LAST = table(
  0,
  ALWAYS,
  [`${LETTERS}${DIGITS}_{.`, ALWAYS],
  [" ", FRAC],
  ["+-", UNSURE | BEYOND],
  ["$", SIGN | BEYOND],
);
/** A sign is the number's own after what opens. */
const OWN = table(0, 0, ["+-", OPENS]);

// The characters after the digits: these are a whole number unless the second has one of the
// bits that the first has.
const [ONE, DIGIT, SPACE, COMMAND, MORE] = [1, 3, 4, 8, 16];
const PLUS = 32;
const SECOND = table(
  ALWAYS,
  BEYOND,
  [DIGITS, 2],
  ["1", ONE],
  [" ", SPACE],
  ["\\", COMMAND],
  ["px*%X", MORE],
  ["+-", PLUS],
);
const FIRST = table(
  0,
  ALWAYS,
  ["\\{_%bBoOxX^snrt", ALWAYS],
  [" ", DIGIT | COMMAND | MORE | BEYOND],
  [".,", DIGIT | COMMAND | BEYOND],
  ["/-", DIGIT | BEYOND],
  ["*", ONE | SPACE | COMMAND | BEYOND],
  ["eE", DIGIT | PLUS | BEYOND],
);

const isDigit = (byte: number) => (byte - 0x30) >>> 0 < 10;

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
function simpleForm(bytes: Uint8Array, p: number, e: number, scanner: Scanner): number {
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
      return numeric || after === 0x5c ? -1 : e;
    case 0x2d: // 2024-01-15
      return numeric && e === p + 4 ? -1 : e;
    case 0x2f:
      return after >= 0x80 ? -1 : e;
    case 0x5e: // 10^5
      return bytes[p] === 0x31 ? -1 : e;
    case 0x73: // 1st, 2nd, 3rd, 4th
    case 0x6e:
    case 0x72:
    case 0x74:
      return after >= 0x80 || after === 0x74 || after === 0x64 || after === 0x68 ? -1 : e;
    default: // 0b1 and 0o7
      return zero && (lower === 0x62 || lower === 0x6f) ? -1 : e;
  }
}

/** Where the scan of a text stands. */
class Position {
  /** In the bytes. */
  at: number;
  /** What has to be added to a place in the bytes to have it in units. */
  shift: number;

  constructor(begin: number) {
    this.at = begin;
    this.shift = 0 - begin;
  }
}

/**
 * Reads on from `position` to `stop`, or the end of the number or character there, or a number
 * that the scanner has to read: then it returns true.
 */
function scanPart(
  { bytes, view, begin }: TextBuffer,
  stop: number,
  position: Position,
  scanner: Scanner,
  out: NumberSpans,
): boolean {
  const [secondToLast, last, own, first, second] = [SECOND_TO_LAST, LAST, OWN, FIRST, SECOND];
  let data: Int32Array = out.data;
  let to = 3 * out.count;
  let low = scanner.low;
  let { at: p, shift } = position;
  let doubt = false;
  while (p < stop) {
    // Digits, and bytes beyond ASCII, get their top bit set.
    let word = view.getInt32(p, true);
    let hit = ((((word & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) | word) & -0x7f7f7f80;
    if (hit === 0) {
      word = view.getInt32(p + 4, true);
      hit = ((((word & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) | word) & -0x7f7f7f80;
      if (hit === 0) {
        p += 8;
        continue;
      }
      p += 4;
    }
    // The first of the top bits is the least; moved down, it is had without leaving 32 bits.
    hit >>>= 7;
    p += (32 - Math.clz32(~hit & (hit - 1))) >> 3;
    if (p >= stop) break;
    const c = bytes[p] as number;
    if (c < 0x80) {
      word = view.getInt32(p, true);
      let rest = (~(((word & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) | word) & -0x7f7f7f80;
      let e = p + 4;
      if (rest !== 0) {
        rest >>>= 7;
        e = p + ((32 - Math.clz32(~rest & (rest - 1))) >> 3);
      } else while (isDigit(bytes[e] as number)) e++;
      if (p >= begin + MARGIN) {
        const before = secondToLast[bytes[p - 2] as number] as number;
        const sign = bytes[p - 1] as number;
        if ((before & (last[sign] as number)) === 0) {
          let kind = INTEGER;
          if (
            ((first[bytes[e] as number] as number) & (second[bytes[e + 1] as number] as number)) !==
            0
          ) {
            e = simpleForm(bytes, p, e, scanner);
            kind = scanner.kind;
          }
          if (e >= 0) {
            if (to === data.length) data = out.grow();
            data[to] = p + shift - (before & (own[sign] as number));
            low = e + shift;
            data[to + 1] = low;
            data[to + 2] = kind;
            to += 3;
            p = e;
            continue;
          }
        }
      }
    } else {
      const size = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
      let code = 0;
      // Other bytes don't begin a digit or a fraction.
      if (c === 0xc2 || (c >= 0xd9 && c <= 0xe2) || c === 0xea || c === 0xef) {
        code = c & (0x7f >> size);
        for (let i = 1; i < size; i++) code = (code << 6) | ((bytes[p + i] as number) & 63);
      }
      if (zeroOf(code) === 0 && !isVulgar(code)) {
        p += size;
        shift -= size === 2 ? 1 : 2;
        continue;
      }
    }
    doubt = true;
    break;
  }
  scanner.low = low;
  out.count = to / 3;
  position.at = p;
  position.shift = shift;
  return doubt;
}

/** Has the scanner read the number at `position`. */
function readThere(
  { bytes }: TextBuffer,
  position: Position,
  scanner: Scanner,
  out: NumberSpans,
): void {
  let { at, shift } = position;
  const end = scanner.read(at + shift);
  if (scanner.kind !== NONE) out.push(scanner.start, end, scanner.kind);
  scanner.low = end;
  while (at + shift < end) {
    const byte = bytes[at] as number;
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    at += size;
    shift -= size === 4 ? 2 : size - 1;
  }
  position.at = at;
  position.shift = shift;
}

/** The numbers of the text that `buffer` has. */
function scanBuffer(buffer: TextBuffer, scanner: Scanner, out: NumberSpans): void {
  const { begin, end, bytes } = buffer;
  // The scanner takes what is after the end for U+0000.
  bytes[end] = 0;
  const position = new Position(begin);
  while (position.at < end) {
    const stop = Math.min(position.at + PART, end);
    if (scanPart(buffer, stop, position, scanner, out)) readThere(buffer, position, scanner, out);
  }
}

let kept: TextBuffer | undefined;
let found = new NumberSpans();

function bufferOf(text: string): TextBuffer {
  const buffer = kept ?? new TextBuffer();
  buffer.write(text, 0);
  kept = buffer.bytes.length <= KEPT_BYTES ? buffer : undefined;
  return buffer;
}

/** Every form, and what looks like one, so that all of the code has run when it is optimised. */
const PRIMER = `1 -2 +3 (-4) x-5 $6 -$7 \\$8 1/2 33/44. 1/0 1/2/3 5/ 1.5 22.555. 3.5.6 .5 4.\\a 5.) 6% 7%3 8.5% 1,234 1, 2,3 4*5
4*10= 4*10^5 2x 0x1F 2x10^3 0x 1b 0b1 2024-01-15 2024-x 20-a 1e5 2e 3e-1 4E 1st 2nd 3rd 4th 5s 6n 10^2 2^3 x^4 y^{5} x_6 a7
\\frac{1}{2} \\frac12 \\frac 12 1 percent 2 per cent 3 p 4 people 5 per day 6 x 10^5 7 * 8 9 * 10 1 1/2 2 \\frac{1}{2} 3\\%
0.\\overline{3} 1_2 1{,}000 1.2.3 |-5| "-7 x=12345, 1234567,8 \\cdot 2 1\\times 10^{3} 5\\text{cm} ${"12 345=6 ".repeat(32)}`;
let primed = false;

function prime(): void {
  primed = true;
  for (let i = 0; i < 2; i++) {
    for (const text of [PRIMER, `${PRIMER} 1½ ¼ é 中 ’ 😀 ٣ अ ५ 10⁵ €5 5€ −6 2×10⁵ 3 `])
      scanNumbers(text, new NumberSpans());
  }
}

/**
 * Appends the numbers of `text` to `out` and returns how many they are. Nothing is parsed.
 *
 * @param buffer  has the text, if it has been written to one already.
 */
export function scanNumbers(
  text: string,
  out: NumberSpans,
  flags = SLASH_FRACTIONS,
  buffer?: TextBuffer,
): number {
  if (!primed) prime();
  const scanner = new Scanner(text, text.length, flags);
  // Into a list that has grown already, since new memory costs as much as the scan.
  found.count = 0;
  if (flags === SLASH_FRACTIONS) {
    scanBuffer(buffer?.holds(text) ? buffer : bufferOf(text), scanner, found);
  } else scanWith(scanner, found, 0, false);
  const { count } = found;
  out.append(found);
  if (count > KEPT_NUMBERS) found = new NumberSpans();
  return count;
}
