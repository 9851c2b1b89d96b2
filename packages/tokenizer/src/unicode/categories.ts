// General categories, White_Space and Alphabetic as Hugging Face tokenizers and tiktoken
// know them: Unicode 16, whatever the host's own version.

import { ALPHABETIC_CATEGORIES, CATEGORY_RUNS, WHITE_SPACE } from "./data.js";
import { PackedReader, type Ranges, unpackRanges } from "./packed.js";

/** Names of the general categories; {@link categoryOf} gives indices into this list. */
export const CATEGORIES: readonly string[] =
  "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split(
    " ",
  );

/** One more than the highest code point. */
export const CODE_POINTS = 0x110000;

const CATEGORY_BITS = 31;
const ALPHABETIC = 32;
const WHITE = 64;

interface Table {
  /** Index of a block of 128 properties, by code point >> 7. */
  readonly blocks: Uint16Array;
  readonly properties: Uint8Array;
  /** Where each run of one property begins; one more entry ends the last. */
  readonly starts: Uint32Array;
  readonly runs: Uint8Array;
}

let table: Table | undefined;

function decode(): Table {
  const reader = new PackedReader(CATEGORY_RUNS);
  const starts: number[] = [];
  const runs: number[] = [];
  const white = unpackRanges(WHITE_SPACE);
  let nextWhite = 0;
  let at = 0;
  while (!reader.done) {
    const symbol = reader.symbol();
    const property =
      symbol < 30 ? symbol : (ALPHABETIC_CATEGORIES[symbol - 30] as number) | ALPHABETIC;
    const end = at + reader.number() + 1;
    while (at < end) {
      const boundary = Math.min(end, white[nextWhite] ?? end);
      if (boundary > at) {
        starts.push(at);
        runs.push(nextWhite & 1 ? property | WHITE : property);
        at = boundary;
      }
      if (white[nextWhite] === at) nextWhite++;
    }
  }
  starts.push(at);

  const blocks = new Uint16Array(CODE_POINTS >> 7);
  const properties = new Uint8Array(1 << 16);
  const uniform = new Map<number, number>();
  let used = 0;
  let run = 0;
  for (let block = 0; block < blocks.length; block++) {
    const first = block << 7;
    const last = first + 128;
    while ((starts[run + 1] as number) <= first) run++;
    const whole = (starts[run + 1] as number) >= last;
    const property = runs[run] as number;
    const known = whole ? uniform.get(property) : undefined;
    blocks[block] = known ?? used;
    if (known !== undefined) continue;
    if (whole) uniform.set(property, used);
    for (let r = run; (starts[r] as number) < last && r < runs.length; r++) {
      const from = Math.max(starts[r] as number, first) - first;
      const to = Math.min(starts[r + 1] as number, last) - first;
      properties.fill(runs[r] as number, (used << 7) + from, (used << 7) + to);
    }
    used++;
  }
  return {
    blocks,
    properties: properties.slice(0, used << 7),
    starts: Uint32Array.from(starts),
    runs: Uint8Array.from(runs),
  };
}

function propertyOf(codePoint: number): number {
  table ??= decode();
  const block = table.blocks[codePoint >> 7] as number;
  return table.properties[(block << 7) | (codePoint & 127)] as number;
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
