// Predicates of Hugging Face tokenizers whose tables are of another Unicode version than
// the general categories: each is a category and the list of where it differs.

import { categoryMask, inCategory } from "./categories.js";
import { BERT_CHINESE, DIFFERENCES } from "./data.js";
import { inRanges, type Ranges, unpackRanges } from "./packed.js";

type Difference = keyof typeof DIFFERENCES;

const differences: { [name in Difference]?: Ranges } = {};

function differs(name: Difference, codePoint: number): boolean {
  differences[name] ??= unpackRanges(DIFFERENCES[name]);
  return inRanges(differences[name], codePoint);
}

const NUMBER = categoryMask("N");
const PUNCTUATION = categoryMask("P");
const MARK = categoryMask("M");
const NONSPACING = categoryMask("Mn");
const OTHER = categoryMask("Cc") | categoryMask("Cf") | categoryMask("Co");

/** What the pre-tokenizer Digits isolates (Unicode 17). */
export function isNumericChar(codePoint: number): boolean {
  return inCategory(codePoint, NUMBER) !== differs("Numeric", codePoint);
}

/** What the pre-tokenizers Punctuation and BertPreTokenizer isolate: ASCII symbols too, Unicode 8 beyond. */
export function isPunctuationChar(codePoint: number): boolean {
  if (codePoint < 128) {
    // ! to /, : to @, [ to ` and { to ~
    return (
      (codePoint > 32 && codePoint < 48) ||
      (codePoint > 57 && codePoint < 65) ||
      (codePoint > 90 && codePoint < 97) ||
      (codePoint > 122 && codePoint < 127)
    );
  }
  return inCategory(codePoint, PUNCTUATION) !== differs("Punctuation", codePoint);
}

/** What the normalizer StripAccents removes: marks of Unicode 9. */
export function isCombiningMark(codePoint: number): boolean {
  return codePoint > 127 && inCategory(codePoint, MARK) !== differs("Mark", codePoint);
}

/** What BertNormalizer's `strip_accents` removes, after NFD: Mn of Unicode 8. */
export function isBertAccent(codePoint: number): boolean {
  return (
    codePoint > 127 && inCategory(codePoint, NONSPACING) !== differs("NonspacingMark", codePoint)
  );
}

/** What BertNormalizer's `clean_text` removes; of the rest it turns white space into U+0020. */
export function isBertRemoved(codePoint: number): boolean {
  if (codePoint === 0 || codePoint === 0xfffd) return true;
  if (codePoint === 9 || codePoint === 10 || codePoint === 13) return false;
  return inCategory(codePoint, OTHER) !== differs("Other", codePoint);
}

let chinese: Ranges | undefined;

/** What BertNormalizer's `handle_chinese_chars` puts spaces around. */
export function isBertChinese(codePoint: number): boolean {
  chinese ??= unpackRanges(BERT_CHINESE);
  return inRanges(chinese, codePoint);
}
