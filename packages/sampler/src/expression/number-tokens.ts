// Numbers as they are written: with thousands separators, decimals, exponents, repeating digits, or a base.

import { Rational } from "../exact/rational.js";
import type { Fault } from "./expression.js";
import { at, fault, type Push, type Token, type TokenOptions } from "./token.js";

const REPEATING = /(\d*)\.(\d*)\\(?:overline|bar|dot|overline\s)\s*(?:\{(\d+)\}|(\d))/y;
const SCIENTIFIC = /(?:\d+\.?\d*|\.\d+)[eE][+-]?\d{1,6}(?![\w.])/y;
const BASED =
  /([0-9][0-9A-Z]*)(?:_(?:\{(?:\\text\s*\{)?\s*(\d{1,2}|[a-z]{3,8})\s*\}?\}|(\d{1,2})))(?!\d)/y;
const GROUPED =
  /\d{1,3}(?:(\s?\{,\s?\}\s?|,\\!\s?|\\!,|\{\\,\}|\\,|\\;|\\ |\\:|~|,| |\u202f|\u2009|\u00a0)\d{3})(?:\1\d{3})*(?!\d)/y;
const DECIMAL = /\d+(?:\.\d+)?|\.\d+/y;
const FRACTION_PART = /\.\d+/y;
const PLAIN_LIST = /^[-+\d,.]*$/;
const BASES =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split(
    " ",
  );
const ARITHMETIC = new Set(["+", "-", "*", "/", "^"]);

/** Reads the number at `position`. */
export function number(
  text: string,
  position: number,
  before: readonly Token[],
  options: TokenOptions,
  push: Push,
): Fault | undefined {
  const repeating = at(REPEATING, text, position);
  if (repeating !== null) {
    const [all, whole = "", part = "", braced, bare] = repeating;
    const repeat = braced ?? bare ?? "0";
    const head = BigInt(whole + part || "0");
    const nines = 10n ** BigInt(repeat.length) - 1n;
    const value = Rational.of(head * nines + BigInt(repeat), nines * 10n ** BigInt(part.length));
    push("number", all, position + all.length, value);
    return undefined;
  }
  const based = at(BASED, text, position);
  if (based !== null && before.at(-1)?.text !== "_" && before.at(-1)?.text !== "^") {
    const [all, digits = "", braced, bare] = based;
    const base = /^[a-z]/.test(braced ?? "") ? BASES.indexOf(braced ?? "") : Number(braced ?? bare);
    if (base > 1) {
      push("based", `${digits}_${base}`, position + all.length);
      return undefined;
    }
  }
  const scientific = at(SCIENTIFIC, text, position);
  if (scientific !== null) {
    const value = Rational.fromDecimal(scientific[0]);
    if (value === undefined) {
      return fault("an exponent past 4000", position, position + scientific[0].length);
    }
    push("number", scientific[0], position + scientific[0].length, value);
    return undefined;
  }
  const grouped = options.thousands === false ? null : at(GROUPED, text, position);
  let found = at(DECIMAL, text, position)?.[0];
  if (grouped !== null && isThousands(text, position, grouped[0], grouped[1] ?? ",", before)) {
    found = grouped[0] + (at(FRACTION_PART, text, position + grouped[0].length)?.[0] ?? "");
  }
  if (found === undefined) return fault("expected digits", position, position + 1);
  const digits = found.replace(/[^\d.]/g, "");
  push("number", digits, position + found.length, Rational.fromDecimal(digits) ?? Rational.zero);
  return undefined;
}

/** Whether the commas or spaces in what looks like `1,234` can't be those of a list. */
function isThousands(
  text: string,
  start: number,
  found: string,
  separator: string,
  before: readonly Token[],
): boolean {
  if (found.startsWith("0")) return false;
  const end = start + found.length;
  const last = before.at(-1);
  if (separator === " " || separator === "\\ " || separator === "~") {
    // A fraction may follow, as the rest of a mixed number.
    return last?.kind !== "number" && !/^ ?\d+(?![\d\s]*\/)/.test(text.slice(end, end + 12));
  }
  if (separator !== ",") return true;
  if (/^,\d/.test(text.slice(end, end + 2))) return false;
  if (last?.kind === "comma" && last.end === start) return false;
  // Within brackets that hold digits and commas only, (1,200), they are those of a list,
  // unless those brackets are part of a sum or product.
  let left = start;
  while (left > 0 && PLAIN_LIST.test(text.charAt(left - 1))) left--;
  let right = end;
  while (right < text.length && PLAIN_LIST.test(text.charAt(right))) right++;
  const bracketed =
    "([{".includes(text.charAt(left - 1) || " ") && ")]}\\".includes(text.charAt(right) || " ");
  if (!bracketed) return true;
  const open = before.findLastIndex(({ kind }) => kind === "open");
  // TeX's own braces only group.
  if (before[open]?.text === "{" && text.includes("\\")) return true;
  if (before[open]?.text !== "(") return false;
  const outer = before[open - 1];
  return (
    outer?.kind === "number" ||
    outer?.kind === "close" ||
    (outer?.kind === "open" && outer.text === "(") ||
    (outer?.kind === "operator" && ARITHMETIC.has(outer.text)) ||
    /^(?:\\right)?\)\s*(?:[-+*/^×÷·]|\\(?:cdot|times|div))/.test(text.slice(right, right + 20))
  );
}
