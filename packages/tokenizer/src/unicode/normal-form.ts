// Unicode normalization forms as Hugging Face tokenizers compute them. Their tables are
// of Unicode 9, the host's are newer: what the host knows and they don't is found by
// a flag and kept out of its hands. Such a character is a starter that composes with
// nothing, so the text on both sides of it can be normalized by itself. Everything
// else is the same in all versions, as Unicode promises.

import { INERT, propertyOf } from "./properties.js";

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** Nothing below is inert. */
const FIRST_INERT = 0x7fd;

/**
 * Normalizes text with the result of Hugging Face tokenizers 0.23.2 on any host. Text
 * that is normalized already comes back as it is, quickly. Lone surrogates stay. Quadratic in
 * runs of combining marks that are in bad order, as hosts are.
 */
export function normalForm(text: string, form: NormalizationForm): string {
  const whole = text.normalize(form);
  // Parts of normalized text are normalized, so inert characters change nothing here.
  if (whole === text) return text;
  let result = "";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < FIRST_INERT) continue;
    const codePoint = text.codePointAt(i) as number;
    const end = codePoint > 0xffff ? i + 2 : i + 1;
    if (propertyOf(codePoint) & INERT) {
      result += text.slice(start, i).normalize(form) + text.slice(i, end);
      start = end;
    }
    i = end - 1;
  }
  return start === 0 ? whole : result + text.slice(start).normalize(form);
}
