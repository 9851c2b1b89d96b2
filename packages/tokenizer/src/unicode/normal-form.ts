// Unicode normalization forms as Hugging Face tokenizers compute them. Their tables are
// of Unicode 9, the host's are newer: what the host knows and they don't is found by
// list and kept out of its hands. Such a character is a starter that composes with
// nothing, so the text on both sides of it can be normalized by itself. Everything
// else is the same in all versions, as Unicode promises.

import { categoryMask, inCategory } from "./categories.js";
import { inRanges, type Ranges, unpackRanges } from "./packed.js";

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

// Written by tools/golden/tokenizer-unicode-normalization.py.
const UNKNOWN =
  "S[)(Y,0R(1N2(C=(V0)S5(HE*(CK(7CF(,ZY.(NHS(*E)(XF((WFI((0(/(1(X6,)Q()0IB)+O),G3)D**T)2Y(+B0(NB((T)+-(*())N((*(.(*()*,*M,(ZL()M0(,(*(,),(B-(G*(:(E*(FA())E*(K7)MY?3-(EQ+(++W?)REJ(K(FH.K)I((F-.M5(K)+P:+V0)DJ+(OZ*1";
const FIRST_UNKNOWN = 0x7fd;
const UNASSIGNED = categoryMask("Cn");

let unknown: Ranges | undefined;

/** Whether normalization must leave a character alone that a newer Unicode may know. */
function isInert(codePoint: number): boolean {
  if (codePoint < FIRST_UNKNOWN) return false;
  unknown ??= unpackRanges(UNKNOWN);
  return inCategory(codePoint, UNASSIGNED) || inRanges(unknown, codePoint);
}

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
    if (text.charCodeAt(i) < FIRST_UNKNOWN) continue;
    const codePoint = text.codePointAt(i) as number;
    const end = codePoint > 0xffff ? i + 2 : i + 1;
    if (isInert(codePoint)) {
      result += text.slice(start, i).normalize(form) + text.slice(i, end);
      start = end;
    }
    i = end - 1;
  }
  return start === 0 ? whole : result + text.slice(start).normalize(form);
}
