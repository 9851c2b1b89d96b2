// General categories, White_Space and Alphabetic as Hugging Face tokenizers and tiktoken
// know them: Unicode 16.

import { ALPHABETIC, CATEGORY_BITS, propertyOf, rangesWhere, WHITE_SPACE } from "./properties.js";
import type { Ranges } from "./ranges.js";

const CATEGORIES =
  "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split(
    " ",
  );

/**
 * Bit mask of a category ("Lu") or of a group ("L", "LC"); 0 where there is no such category.
 */
export function categoryMask(name: string): number {
  if (name === "LC") return 7;
  let mask = 0;
  for (const [index, category] of CATEGORIES.entries()) {
    if (category === name || category[0] === name) mask |= 1 << index;
  }
  return mask;
}

const hasCategory = (property: number, mask: number) =>
  ((mask >>> (property & CATEGORY_BITS)) & 1) === 1;

/** Whether the category of a code point is in a mask of {@link categoryMask}. */
export function inCategory(codePoint: number, mask: number): boolean {
  return hasCategory(propertyOf(codePoint), mask);
}

/** Unicode's White_Space: U+0085 is, U+FEFF is not. */
export function isWhiteSpace(codePoint: number): boolean {
  return (propertyOf(codePoint) & WHITE_SPACE) !== 0;
}

const WORD = categoryMask("M") | categoryMask("Nd") | categoryMask("Pc");

const isAlphabeticOr = (property: number, mask: number) =>
  (property & ALPHABETIC) !== 0 || hasCategory(property, mask);

/** `\w` of Rust's regex crate: letters, marks, decimal digits, connectors and two joiners. */
export function isWord(codePoint: number): boolean {
  return (
    codePoint === 0x200c || codePoint === 0x200d || isAlphabeticOr(propertyOf(codePoint), WORD)
  );
}

/** The code points of a mask of {@link categoryMask}. */
export function categoryRanges(mask: number): Ranges {
  return rangesWhere((property) => hasCategory(property, mask));
}

/** Unicode's Alphabetic, with the code points of a mask of {@link categoryMask}. */
export function alphabeticRanges(mask = 0): Ranges {
  return rangesWhere((property) => isAlphabeticOr(property, mask));
}

/** What {@link alphabeticRanges} adds to Alphabetic for `\w`: marks, decimal digits, connectors. */
export const wordRanges = (): Ranges => alphabeticRanges(WORD);
