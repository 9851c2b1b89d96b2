// Lowercase as Rust's char::to_lowercase gives it, character by character: no final
// sigma, no locale, and Unicode 17 whatever the host knows.

import { categoryMask, inCategory } from "./categories.js";
import { NEW_LOWERCASE } from "./data.js";

const UNASSIGNED = categoryMask("Cn");

/** Lowercase of one code point; mostly one, at most two characters. */
export function lowerCaseOf(codePoint: number): string {
  if (inCategory(codePoint, UNASSIGNED)) {
    for (const [first, last, distance] of NEW_LOWERCASE) {
      if (codePoint >= first && codePoint <= last) codePoint += distance;
    }
    return String.fromCodePoint(codePoint);
  }
  return String.fromCodePoint(codePoint).toLowerCase();
}

/** Lowercase of a text, as the normalizer Lowercase of Hugging Face tokenizers gives it. */
export function lowerCase(text: string): string {
  if (!/[\u0370-\uffff]/.test(text)) return text.toLowerCase();
  // In runs, since what most texts have few of would make the whole of them slow.
  return text.replace(/[\u0370-\uffff]+|[^\u0370-\uffff]+/g, (run) => {
    if (run.charCodeAt(0) < 0x370) return run.toLowerCase();
    let lower = "";
    for (const character of run) lower += lowerCaseOf(character.codePointAt(0) as number);
    return lower;
  });
}
