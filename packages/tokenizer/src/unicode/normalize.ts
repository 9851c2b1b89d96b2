// Unicode normalization forms as Hugging Face tokenizers compute them, in linear time.

import { sortMarks } from "./mark-order.js";
import { type NormalizationForm, normalForm } from "./normal-form.js";

export type { NormalizationForm };

/**
 * Normalizes text with the result of Hugging Face tokenizers 0.23.2 on any host. Text
 * that is normalized already comes back as it is, quickly. Lone surrogates stay.
 */
export function normalize(text: string, form: NormalizationForm): string {
  return normalForm(sortMarks(text), form);
}

/** NFC: very fast on text below U+0300, and where nothing changes the text itself. */
export function nfc(text: string): string {
  return /[\u0300-\uffff]/.test(text) ? normalize(text, "NFC") : text;
}

/** Whether NFC would change the text. */
export const needsNfc = (text: string): boolean => nfc(text) !== text;
