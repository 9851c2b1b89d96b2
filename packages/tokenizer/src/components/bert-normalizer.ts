// BertNormalizer: cleaning, spaces around Chinese characters, accents, lowercase.

import { isWhiteSpace } from "../unicode/categories.js";
import { isBertAccent, isBertChinese, isBertRemoved } from "../unicode/predicates.js";
import { type AlignedText, mapCharacters, type TextStep } from "./aligned-text.js";
import type { Shape } from "./shape.js";
import { lowercase } from "./text-steps.js";
import { unicodeForm } from "./unicode-form.js";

/** The steps that a BertNormalizer takes. */
export function bertNormalizer(shape: Shape): ((text: AlignedText) => AlignedText)[] {
  const steps: TextStep[] = [];
  if (shape.boolean("clean_text")) {
    steps.push(removing(/[^\t\n\r -~]/, isBertRemoved));
    steps.push(mapping(/[\t-\r\x85-\uffff]/, plainSpace));
  }
  if (shape.boolean("handle_chinese_chars")) steps.push(mapping(/[\u3400-\uffff]/, spacedChinese));
  const lower = shape.boolean("lowercase");
  // Accents follow lowercase unless the file says otherwise.
  if (shape.boolean("strip_accents", lower)) {
    steps.push(unicodeForm("NFD"), removing(/[\u0300-\uffff]/, isBertAccent));
  }
  if (lower) steps.push(lowercase);
  return steps.map((step) => (text) => text.rewrite(step));
}

/** A step for texts in which `candidates`, a quick test, finds something. */
const mapping =
  (candidates: RegExp, map: (codePoint: number) => string | undefined): TextStep =>
  (text, log) =>
    candidates.test(text) ? mapCharacters(text, log, map) : text;

const removing = (candidates: RegExp, test: (codePoint: number) => boolean): TextStep =>
  mapping(candidates, (codePoint) => (test(codePoint) ? "" : undefined));

function plainSpace(codePoint: number): string | undefined {
  return codePoint !== 0x20 && isWhiteSpace(codePoint) ? " " : undefined;
}

function spacedChinese(codePoint: number): string | undefined {
  return isBertChinese(codePoint) ? ` ${String.fromCodePoint(codePoint)} ` : undefined;
}
