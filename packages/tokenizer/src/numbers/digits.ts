// Characters that numbers are made of: decimal digits of all scripts in the Basic
// Multilingual Plane (Unicode 16), vulgar fractions, superscripts, group separators; and currencies.

/** Code of the zero of every script; its nine other digits follow it. */
const ZEROS = [
  0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
  0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
  0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/** By code / 16, since no script's digits go beyond one row of 16. */
const ZERO_OF_ROW = new Uint16Array(4096);
for (const zero of ZEROS) ZERO_OF_ROW[zero >> 4] = zero;

/** Numerator and denominator by character. */
const VULGAR: Record<string, readonly [number, number]> = {};
for (const [i, pair] of [..."17 19 110 13 23 15 25 35 45 16 56 18 38 58 78".split(" ").entries()]) {
  VULGAR[String.fromCharCode(0x2150 + i)] = [+(pair[0] as string), +pair.slice(1)];
}
VULGAR["¼"] = [1, 4];
VULGAR["½"] = [1, 2];
VULGAR["¾"] = [3, 4];
VULGAR["↉"] = [0, 3];

const escaped = (code: number) => `\\u${code.toString(16).padStart(4, "0")}`;

/**
 * Sources of character classes of all that can begin the digits of a number. Searching with a
 * RegExp is six times as fast as a loop over `charCodeAt` in V8, and ten times as fast in text
 * beyond Latin-1 if the class has few ranges: so the first has letters of other scripts too.
 */
export const COARSE_ANCHORS =
  "[0-9¼-¾\\u0660-\\u1c59\\u2150-\\u2189\\ua620-\\uabf9\\uff10-\\uff19]";
export const ANCHORS = `[${ZEROS.map((zero) => `${escaped(zero)}-${escaped(zero + 9)}`).join("")}${Object.keys(VULGAR).join("")}]`;

/** The code of the zero of the script that the digit `code` belongs to, or 0 if it is no digit. */
export function zeroOf(code: number): number {
  if (code < 0x660) return code >= 0x30 && code <= 0x39 ? 0x30 : 0;
  const zero = ZERO_OF_ROW[code >> 4] as number;
  return (code - zero) >>> 0 < 10 ? zero : 0;
}

/** Numerator and denominator of `½` and its like. */
export function vulgarFraction(character: string): readonly [number, number] | undefined {
  return Object.hasOwn(VULGAR, character) ? VULGAR[character] : undefined;
}

export function isVulgar(code: number): boolean {
  return (code >= 0xbc && code <= 0xbe) || (code >= 0x2150 && code <= 0x215e) || code === 0x2189;
}

/** The value of a superscript digit, 10 for `⁺`, 11 for `⁻`, or -1. */
export function superscript(code: number): number {
  if (code === 0xb9) return 1;
  if (code === 0xb2 || code === 0xb3) return code - 0xb0;
  const value = code - 0x2070;
  return value === 0 || (value >= 4 && value <= 11) ? value : -1;
}

/**
 * Letters that glue to a digit, so that the digit is part of a word: Latin, Greek and
 * Cyrillic. In other scripts, numbers are written next to words without a space.
 */
export function isLetter(code: number): boolean {
  if (code < 0x80) return ((code | 0x20) - 0x61) >>> 0 < 26;
  if (code < 0x250) return code >= 0xc0 && code !== 0xd7 && code !== 0xf7;
  return code >= 0x370 && code < 0x530;
}

export const isCurrency = (code: number) =>
  code === 0x24 || (code >= 0xa2 && code <= 0xa5) || (code >= 0x20a0 && code <= 0x20c0);

/**
 * Length of the group separator at `at` (`1,234` `1_234` `1{,}234` `1,\!234` `1\,234`, a no-break,
 * thin or narrow no-break space, `٬` and `，`), or 0. A plain space counts only if `plainSpaces`.
 */
export function separatorLength(text: string, at: number, plainSpaces = false): number {
  switch (text.charCodeAt(at)) {
    case 0x2c: // ,
      return text.startsWith("\\!", at + 1) ? 3 : 1;
    case 0x5f: // _
    case 0xa0:
    case 0x2009:
    case 0x202f:
    case 0x66c:
    case 0xff0c:
      return 1;
    case 0x20:
      return plainSpaces ? 1 : 0;
    case 0x7b: // {,}
      return text.startsWith(",}", at + 1) ? 3 : 0;
    case 0x5c: // \, or \!
      return text.charCodeAt(at + 1) === 0x2c ? 2 : 0;
    default:
      return 0;
  }
}

/** Whether `code` is the decimal mark among digits of the script whose zero is `zero`. */
export function isPoint(code: number, zero: number): boolean {
  return code === 0x2e || (code === 0x66b && zero !== 0x30) || (code === 0xff0e && zero === 0xff10);
}
