// The unit next to a number: a currency before it, or a unit of measurement after it.

import { isCurrency } from "./digits.js";

/** A unit and where it stands, in UTF-16 units. */
export interface Unit {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A unit is looked for in this many UTF-16 units after the number. */
export const UNIT_REACH = 64;

const SYMBOLS =
  "[µμnpmcdkhMGT]?(?:m|g|L|l|s|A|K|mol|Hz|N|Pa|J|W|V|C|F|Ω|Wh|eV|B|b)|°[CF]?|min|hr?s?|h|in|ft|yd|mi|oz|lbs?|mph|kph|gal|qt|pt|rad|deg|ha|atm|bar|dB|rpm|ppm";
const WORDS =
  "(?:kilo|centi|milli|micro|nano|deci|mega|giga)?(?:met(?:er|re)|gram|lit(?:er|re)|watt|volt|joule|second|byte)s?|minutes?|hours?|days?|weeks?|months?|years?|inch(?:es)?|feet|foot|yards?|miles?|acres?|ounces?|pounds?|tons?|tonnes?|gallons?|quarts?|pints?|cups?|degrees?|radians?|dollars?|cents?|euros?|USD|EUR|GBP";
/** Not of `m^25` or `m^2.5`. */
const RAISED = "\\^(?:\\{-?\\d\\}|-?\\d(?!\\.?\\d))";
const POWER = `(?:${RAISED}|[²³])?`;
const UNIT = `(?:${WORDS}|${SYMBOLS})${POWER}`;
const COMPOUND = `${UNIT}(?:[/·]${UNIT}|/(?:h|hr|s|sec|min|day|week|hour)| per (?:${WORDS}))*`;

const BOUNDARY = "(?![\\p{L}\\p{N}_])";
const SPACE = "(?:\\\\[,; ]|[ ~\\u00a0\\u2009\\u202f])?";
const AFTER = new RegExp(
  [
    `${SPACE}[€£¥₹₩₽¢]`,
    `${SPACE}\\^?\\{?\\\\circ\\}?(?:\\\\?(?:text|mathrm)\\{ ?[CF]\\}|[CF]${BOUNDARY})?`,
    `${SPACE}°[CF]?${BOUNDARY}`,
    `${SPACE}\\\\(?:text|mathrm|textrm|mbox|operatorname)\\{[ ~]?[\\p{L}µ°Ω/· ]{1,30}(?:\\^(?:\\{-?\\d\\}|-?\\d))?\\}(?:${RAISED})?`,
    `(?:${SPACE}|-)${COMPOUND}${BOUNDARY}`,
  ].join("|"),
  "uy",
);

/** What can't be money: `$5$` and `$2x` and `$5 + 3` are formulas. */
const FORMULA = /^(?:[\p{L}^_\\{}<>=*]|\$| ?[+=<>*^_\\](?! ?\\?\$)| - ?\d)/u;

const LABELLED =
  /\b(?:room|section|class|grade|year|form|flat|apartment|apt|suite|unit|house|building|block|floor|seat|row|gate|platform|bus|route|line|track|table|figure|fig|exercise|problem|question|example|part|chapter|page|group|team|lane|level|type|plan|box|door|exit|terminal|hall|ward|district|version|number|no)\.? ?#?$/i;
const HOUR = /^(?:0?\d|1[0-2])(?:\.[0-5]\d)?$/;
/** Words that go on after an amount; after `5 A` and `5 in` a noun or `the` shows that they are none. */
const AFTER_LETTER =
  /^(?:of|and|or|to|at|is|are|was|were|flows?|through|for|from|when|while|with|by|per|if|than)$/;
const AFTER_INCH =
  /^(?:of|by|x|or|long|wide|tall|high|deep|thick|apart|across|per|square|is|are|was|were)$/;

/** What `\text{ or }` begins with where it goes on with the sentence. */
const PHRASE =
  /^(?:and|or|if|for|when|where|so|as|is|are|was|in(?= )|to|by|with|from|then|which|since|thus|hence|because|but|at|on|the)(?!\p{L})/u;

/** What follows a unit: a word, `""` for what ends a phrase, or undefined for digits and `'s`, `-word`. */
function wordAfter(rest: string): string | undefined {
  const [, word, stop] = /^\s*(?:(\p{L}+)|([\p{N}]|['’-][\p{L}\p{N}]))?/u.exec(rest) ?? [];
  return stop === undefined ? (word ?? "") : undefined;
}

/**
 * Whether a unit that is a word or a label as well is meant as a unit: `in` unless a word goes on that no
 * length is followed by (`5 in total`), A, B, b, C and F with a space before and an end or a preposition
 * after them, but not after a word such as `room`; `pm` unless the number is an hour.
 */
function isMeant(
  { unit, gap, inText }: { unit: string; gap: string; inText: boolean },
  before: string,
  number: string,
  rest: string,
): boolean {
  if (unit === "pm") return !/[:.]$/.test(before) && !HOUR.test(number);
  if (inText) return !PHRASE.test(unit);
  if (unit === "in") {
    const word = wordAfter(rest);
    return word !== undefined && (word === "" || gap !== " " || AFTER_INCH.test(word));
  }
  if (!/^[ABCFb](?:[\^²³].*)?$/.test(unit)) return true;
  const word = wordAfter(rest);
  return (
    unit.length === 1 &&
    gap !== "" &&
    gap !== "-" &&
    !/^\s*[-+=*<>^/−]/.test(rest) &&
    (word === "" || (word !== undefined && AFTER_LETTER.test(word))) &&
    !LABELLED.test(before)
  );
}

/** What {@link LABELLED} looks at. */
const LABEL_REACH = 16;

/** A letter with a power and nothing else. */
const LETTER_RAISED = new RegExp(`^(${SPACE}|-)(\\p{L})\\^[^/·]*$`, "u");

/**
 * Whether what looks like a unit with a power is a variable: a letter glued to its number (`3m^2`), before a
 * plus or minus (`5 m^2 - 3 m`), or A, B, C, F, b, which matrices are named by.
 */
function isVariable(found: string, rest: string): boolean {
  const [, gap, letter = ""] = LETTER_RAISED.exec(found) ?? [];
  if (gap === undefined) return false;
  return gap === "" || "ABCFb".includes(letter) || /^ ?[-+−]/.test(rest.slice(found.length));
}

/** Whether a unit after a number that ends at `end` has the digits of a power at `p`: `5 m/s^2`. */
export function isPowerOfUnit(text: string, end: number, p: number): boolean {
  AFTER.lastIndex = 0;
  const rest = text.slice(end, end + UNIT_REACH);
  const found = AFTER.exec(rest)?.[0];
  return found !== undefined && end + found.length > p && !isVariable(found, rest);
}

/** The unit of the number that the span `[start, end)` of `text` covers. */
export function unitOf(text: string, start: number, end: number): Unit | undefined {
  const rest = text.slice(end, end + UNIT_REACH);
  AFTER.lastIndex = 0;
  const found = AFTER.exec(rest)?.[0];
  const raised = found !== undefined && /\^\{?-?\d/.test(found) && !isVariable(found, rest);
  return raised ? measure(found, end) : (moneyOf(text, start, end, rest) ?? plain());

  function plain() {
    // A glued "s" is a plural: the 1990s.
    if (found === undefined || found === "s" || isVariable(found, rest)) return undefined;
    const unit = measure(found, end);
    const gap = found.slice(0, unit.start - end);
    const before = text.slice(Math.max(0, start - LABEL_REACH), start);
    const written = { unit: unit.text, gap, inText: text[unit.start] === "\\" };
    const number = text.slice(start, end);
    return isMeant(written, before, number, rest.slice(found.length)) ? unit : undefined;
  }
}

function moneyOf(text: string, start: number, end: number, rest: string): Unit | undefined {
  const from = /^[+\-−]/.test(text.slice(start, start + 1)) ? start + 1 : start;
  let first = from;
  if (text[first] === "\\" && text[first + 1] === "$") first++;
  const inside = isCurrency(text.charCodeAt(first)) && first < end;
  const at = inside ? first : start - 1;
  if (at < 0 || !isCurrency(text.charCodeAt(at))) return undefined;
  const escaped = text[at - 1] === "\\";
  const dollar = text[at] === "$" && !escaped;
  if (dollar && (text[at - 1] === "$" || FORMULA.test(rest))) return undefined;
  return { text: text[at] as string, start: escaped ? at - 1 : at, end: at + 1 };
}

/** The unit that was found after a number which ends at `end`. */
function measure(raw: string, end: number): Unit {
  const trimmed = raw.replace(/^(?:\\[,; ]|[ ~\u00a0\u2009\u202f-])/, "");
  const name = /\{[ ~]?([^{}\\]*?(?:\^\{-?\d\})?) ?\}(.*)$/u.exec(trimmed);
  const shown = trimmed.includes("\\circ")
    ? `°${/[CF]/.exec(trimmed)?.[0] ?? ""}`
    : trimmed.startsWith("\\") && name
      ? `${name[1]}${name[2]}`
      : trimmed;
  return { text: shown, start: end + raw.length - trimmed.length, end: end + raw.length };
}
