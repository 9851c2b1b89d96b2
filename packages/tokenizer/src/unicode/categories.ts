// General categories, White_Space and Alphabetic as Hugging Face tokenizers and tiktoken
// know them: Unicode 16, whatever the host's own version.

import { type Blocks, buildBlocks, CODE_POINTS } from "./blocks.js";
import { ALPHABETIC_CATEGORIES, CATEGORY_RUNS, WHITE_SPACE } from "./data.js";
import { type Ranges, unpackNumbers, unpackRanges } from "./packed.js";

/** Names of the general categories; {@link categoryOf} gives indices into this list. */
export const CATEGORIES: readonly string[] =
  "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split(
    " ",
  );

const CATEGORY_BITS = 31;
const ALPHABETIC = 32;
const WHITE = 64;

interface Table extends Blocks {
  /** Where each run of one property begins; one more entry ends the last. */
  readonly starts: Uint32Array;
  readonly runs: Uint8Array;
}

let table: Table | undefined;

function decode(): Table {
  const packed = unpackNumbers(CATEGORY_RUNS, 2);
  const white = unpackRanges(WHITE_SPACE);
  const starts = new Uint32Array(packed.length / 2 + white.length + 1);
  const runs = new Uint8Array(starts.length);
  let count = 0;
  let nextWhite = 0;
  let at = 0;
  for (let i = 0; i < packed.length; i += 2) {
    const symbol = packed[i] as number;
    const property =
      symbol < 30 ? symbol : (ALPHABETIC_CATEGORIES[symbol - 30] as number) | ALPHABETIC;
    const end = at + (packed[i + 1] as number) + 1;
    while (at < end) {
      if (white[nextWhite] === at) nextWhite++;
      starts[count] = at;
      runs[count++] = nextWhite & 1 ? property | WHITE : property;
      at = Math.min(end, white[nextWhite] ?? end);
    }
  }
  starts[count] = at;

  return {
    ...buildBlocks(starts, runs, count),
    starts: starts.subarray(0, count + 1),
    runs: runs.subarray(0, count),
  };
}

function propertyOf(codePoint: number): number {
  table ??= decode();
  const block = table.blocks[codePoint >> 7] as number;
  return table.values[(block << 7) | (codePoint & 127)] as number;
}

/** Index into {@link CATEGORIES} of a code point (0..0x10FFFF). */
export function categoryOf(codePoint: number): number {
  return propertyOf(codePoint) & CATEGORY_BITS;
}

/**
 * Bit mask of a category ("Lu") or of a group ("L", "LC"), one bit for each index of
 * {@link CATEGORIES}; 0 where there is no such category.
 */
export function categoryMask(name: string): number {
  if (name === "LC") return 7;
  let mask = 0;
  for (const [index, category] of CATEGORIES.entries()) {
    if (category === name || category[0] === name) mask |= 1 << index;
  }
  return mask;
}

/** Whether the category of a code point is in a mask of {@link categoryMask}. */
export function inCategory(codePoint: number, mask: number): boolean {
  return ((mask >>> (propertyOf(codePoint) & CATEGORY_BITS)) & 1) === 1;
}

/** Unicode's White_Space: U+0085 is, U+FEFF is not. */
export function isWhiteSpace(codePoint: number): boolean {
  return (propertyOf(codePoint) & WHITE) !== 0;
}

const LETTERS = categoryMask("L") | categoryMask("Nl");
const WORD = LETTERS | categoryMask("M") | categoryMask("Nd") | categoryMask("Pc");

/** Unicode's Alphabetic. */
export function isAlphabetic(codePoint: number): boolean {
  const property = propertyOf(codePoint);
  return (property & ALPHABETIC) !== 0 || ((LETTERS >>> (property & CATEGORY_BITS)) & 1) === 1;
}

/** `\w` of Rust's regex crate: letters, marks, decimal digits, connectors and two joiners. */
export function isWord(codePoint: number): boolean {
  if (codePoint === 0x200c || codePoint === 0x200d) return true;
  const property = propertyOf(codePoint);
  return (property & ALPHABETIC) !== 0 || ((WORD >>> (property & CATEGORY_BITS)) & 1) === 1;
}

function rangesWhere(has: (property: number) => boolean): Ranges {
  table ??= decode();
  const { starts, runs } = table;
  const ranges: number[] = [];
  let inside = false;
  for (let run = 0; run < runs.length; run++) {
    if (has(runs[run] as number) === inside) continue;
    ranges.push(starts[run] as number);
    inside = !inside;
  }
  if (inside) ranges.push(CODE_POINTS);
  return ranges;
}

/** The code points of a mask of {@link categoryMask}. */
export function categoryRanges(mask: number): Ranges {
  return rangesWhere((property) => ((mask >>> (property & CATEGORY_BITS)) & 1) === 1);
}

/** The code points of {@link isWhiteSpace}. */
export function whiteSpaceRanges(): Ranges {
  return unpackRanges(WHITE_SPACE);
}

/** The code points of {@link isAlphabetic}, with those of a mask of {@link categoryMask}. */
export function alphabeticRanges(mask = 0): Ranges {
  const wanted = LETTERS | mask;
  return rangesWhere(
    (property) =>
      (property & ALPHABETIC) !== 0 || ((wanted >>> (property & CATEGORY_BITS)) & 1) === 1,
  );
}
