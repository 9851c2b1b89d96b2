// The unit next to a number: a currency before it, or a unit of measurement after it.

import { isCurrency } from "./cursor.js";

/** A unit and where it stands, in UTF-16 units. */
export interface Unit {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A unit is looked for in this many UTF-16 units after the number. */
export const UNIT_REACH = 64;

const SYMBOLS =
  "[µμnpcdkhMGT]?(?:m|g|L|l|s|A|K|mol|Hz|N|Pa|J|W|V|C|F|Ω|Wh|eV|B|b)|°[CF]?|min|hr?s?|h|in|ft|yd|mi|oz|lbs?|mph|kph|gal|qt|pt|rad|deg|ha|atm|bar|dB|rpm|ppm";
const WORDS =
  "(?:kilo|centi|milli|micro|nano|deci|mega|giga)?(?:met(?:er|re)|gram|lit(?:er|re)|watt|volt|joule|second|byte)s?|minutes?|hours?|days?|weeks?|months?|years?|inch(?:es)?|feet|foot|yards?|miles?|acres?|ounces?|pounds?|tons?|tonnes?|gallons?|quarts?|pints?|cups?|degrees?|radians?|dollars?|cents?|euros?|USD|EUR|GBP";
const POWER = "(?:\\^(?:\\{-?\\d\\}|-?\\d)|[²³])?";
const UNIT = `(?:${WORDS}|${SYMBOLS})${POWER}`;
const COMPOUND = `${UNIT}(?:[/·]${UNIT}|/(?:h|hr|s|sec|min|day|week|hour)| per (?:${WORDS}))*`;

const BOUNDARY = "(?![\\p{L}\\p{N}_])";
const SPACE = "(?:\\\\[,; ]|[ ~\\u00a0\\u2009\\u202f])?";
const AFTER = new RegExp(
  [
    `${SPACE}[€£¥₹₩₽¢]`,
    `${SPACE}\\^?\\{?\\\\circ\\}?(?:\\\\?(?:text|mathrm)\\{ ?[CF]\\}|[CF]${BOUNDARY})?`,
    `${SPACE}°[CF]?${BOUNDARY}`,
    `${SPACE}\\\\(?:text|mathrm|textrm|mbox|operatorname)\\{[ ~]?[\\p{L}µ°Ω/· ]{1,30}(?:\\^\\d)?\\}(?:\\^(?:\\{-?\\d\\}|-?\\d))?`,
    `(?:${SPACE}|-)${COMPOUND}${BOUNDARY}`,
  ].join("|"),
  "uy",
);

/** What can't be money: `$5$` and `$2x` and `$5 + 3` are formulas. */
const FORMULA = /^(?:[\p{L}^_\\{}<>=*]|\$| ?[+=<>*^_\\](?! ?\\?\$)| - ?\d)/u;

/** The unit of the number that the span `[start, end)` of `text` covers. */
export function unitOf(text: string, start: number, end: number): Unit | undefined {
  const from = /^[+\-−]/.test(text.slice(start, start + 1)) ? start + 1 : start;
  let first = from;
  if (text[first] === "\\" && text[first + 1] === "$") first++;
  const inside = isCurrency(text.charCodeAt(first)) && first < end;
  const at = inside ? first : start - 1;
  const rest = text.slice(end, end + UNIT_REACH);
  if (at >= 0 && isCurrency(text.charCodeAt(at))) {
    const escaped = text[at - 1] === "\\";
    const dollar = text[at] === "$" && !escaped;
    if (!dollar || (text[at - 1] !== "$" && !FORMULA.test(rest))) {
      return { text: text[at] as string, start: escaped ? at - 1 : at, end: at + 1 };
    }
  }
  AFTER.lastIndex = 0;
  const found = AFTER.exec(rest);
  // A glued "s" is a plural: the 1990s.
  if (!found || found[0] === "s") return undefined;
  const raw = found[0];
  const trimmed = raw.replace(/^(?:\\[,; ]|[ ~\u00a0\u2009\u202f-])/, "");
  const unitStart = end + raw.length - trimmed.length;
  const name = /\{[ ~]?([^{}\\]*?) ?\}(.*)$/u.exec(trimmed);
  const shown = trimmed.includes("\\circ")
    ? `°${/[CF]/.exec(trimmed)?.[0] ?? ""}`
    : name
      ? `${name[1]}${name[2]}`
      : trimmed;
  return { text: shown, start: unitStart, end: end + raw.length };
}
