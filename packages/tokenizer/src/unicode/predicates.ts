// Predicates of Hugging Face tokenizers whose tables are of another Unicode version than
// the general categories.

import {
  BERT_ACCENT,
  BERT_CHINESE,
  BERT_REMOVED,
  COMBINING_MARK,
  NUMERIC,
  PUNCTUATION,
  propertyOf,
} from "./properties.js";

const has =
  (flag: number) =>
  (codePoint: number): boolean =>
    (propertyOf(codePoint) & flag) !== 0;

/** What the pre-tokenizer Digits isolates (Unicode 17). */
export const isNumericChar = has(NUMERIC);

/** What the pre-tokenizers Punctuation and BertPreTokenizer isolate: ASCII symbols too, Unicode 8 beyond. */
export const isPunctuationChar = has(PUNCTUATION);

/** What the normalizer StripAccents removes: marks of Unicode 9. */
export const isCombiningMark = has(COMBINING_MARK);

/** What BertNormalizer's `strip_accents` removes, after NFD: Mn of Unicode 8. */
export const isBertAccent = has(BERT_ACCENT);

/** What BertNormalizer's `clean_text` removes; of the rest it turns white space into U+0020. */
export const isBertRemoved = has(BERT_REMOVED);

/** What BertNormalizer's `handle_chinese_chars` puts spaces around. */
export const isBertChinese = has(BERT_CHINESE);
