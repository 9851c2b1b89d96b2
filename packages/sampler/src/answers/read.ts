// Reads the text of an answer: every sensible reading of it, the likeliest first.

import { Rational } from "../exact/rational.js";
import { integer, rational } from "../exact/term.js";
import { parseExpression } from "../expression/parse.js";
import type { Answer } from "./answer.js";
import { normalWords } from "./clean.js";
import { readExpression } from "./read-expression.js";
import { readUnit, UNIT_WORDS } from "./units.js";
import { SET_PHRASES, spelledNumber } from "./words.js";

/** The readings of `text`, which has been cleaned. There is at least one. */
export function readAnswer(text: string): Answer[] {
  const readings: Answer[] = [];
  const plain = text.replace(/\\(?:text|textbf|mathrm|mathbf|mbox)\s*\{([^{}]*)\}/g, "$1").trim();
  const time = readTime(plain);
  if (time !== undefined) readings.push(time);
  const hour = /^\d+(?=\s*[ap]\.?\s*m\b)/i.exec(plain)?.[0];
  if (time !== undefined && hour !== undefined) {
    // 5 p.m. may be answered as 5, and isn't 5 metres.
    return [time, { kind: "value", term: integer(Number(hour)), unit: readUnit("o'clock") }];
  }
  const choice = readChoice(plain);
  if (choice !== undefined) readings.push(choice);
  const words = normalWords(plain);
  const phrase = SET_PHRASES.get(words);
  if (phrase !== undefined) readings.push({ kind: "named", name: phrase });
  const spelled = spelledNumber(words);
  if (spelled !== undefined) readings.push({ kind: "value", term: integer(spelled) });
  const value = parsed(text);
  // A chosen answer with its text after it is no product.
  if (value !== undefined && !(choice?.kind === "choice" && choice.rest !== undefined))
    readings.push(value);
  readings.push(...otherNumbers(plain));
  if (readings.length === 0 || isWord(plain)) readings.push({ kind: "text", text: textKey(text) });
  return readings;
}

/** Whether letters alone may be a word; capitals alone are points or variables. */
const isWord = (text: string): boolean =>
  /^(?:no|yes|true|false|dne)$/i.test(text) ||
  (/^[A-Za-z][A-Za-z'\s-]{2,}$/.test(text) && !/^[A-Z]{3,4}$/.test(text));

function parsed(text: string): Answer | undefined {
  const expression = parseExpression(text, { words: UNIT_WORDS });
  if (expression.kind === "fault") return undefined;
  return readExpression(expression, text);
}

/** Words without case; mathematics that can't be read, without white space. */
function textKey(text: string): string {
  const words = normalWords(text);
  if (words === "dne") return "does not exist";
  if (!/[\\\d^=_]/.test(text.replace(/\\(?:text|textbf|mathrm|mbox|[,;:! ])/g, ""))) return words;
  return text.replace(/\\(?:left|right|[,;:! ])|\s+/g, "").replace(/\\[dt]frac/g, "\\frac");
}

function readTime(text: string): Answer | undefined {
  const match = /^(\d{1,2})[:.](\d{2})\s*(?:([ap])\.?\s*m\.?)?$/i.exec(
    text.replace(/\\[,; ]|~/g, " "),
  );
  const oClock = match === null ? /^(\d{1,2})\s*(?:([ap])\.?\s*m\.?|o'?clock)$/i.exec(text) : null;
  const found = match ?? (oClock && [oClock[0], oClock[1], "00", oClock[2]]);
  if (found === null || found === undefined) return undefined;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  const half = found[3]?.toLowerCase();
  // 2.30 is a number unless something says otherwise.
  if (match !== null && half === undefined && !text.includes(":")) return undefined;
  if (hours > 23 || minutes > 59 || (half !== undefined && (hours > 12 || hours === 0)))
    return undefined;
  if (half === undefined) {
    return { kind: "time", minutes: hours * 60 + minutes, half: hours > 12 ? "pm" : undefined };
  }
  const total = (hours % 12) * 60 + minutes + (half === "p" ? 720 : 0);
  return { kind: "time", minutes: total, half: half === "p" ? "pm" : "am" };
}

function readChoice(text: string): Answer | undefined {
  const named = /^(?:option|choice|answer)\s*\(?([A-J])\)?$/i.exec(text);
  if (named !== null) return { kind: "choice", letter: (named[1] ?? "").toUpperCase() };
  const lone = /^(?:([A-J])|\(([A-Ja-j])\))$/.exec(text);
  if (lone !== null) return { kind: "choice", letter: (lone[1] ?? lone[2] ?? "").toUpperCase() };
  const followed =
    /^(?:\(([A-J])\)|([A-J])\)|([A-J])[.:](?=\s))[\s:~]*(?:\\[,; ]\s*)*(\S.*)?$/s.exec(text);
  if (
    followed === null ||
    /^(?:[-+*/^=<>!_,)]|\\(?:cup|cap|cdot|times|le|ge|in|neq?|pm))/.test(followed[4] ?? "")
  )
    return undefined;
  const letter = followed[1] ?? followed[2] ?? followed[3] ?? "";
  const [rest] = followed[4] === undefined ? [] : readAnswer(followed[4].trim());
  return { kind: "choice", letter, ...(rest && { rest }) };
}

/** Numbers with a comma for the decimal point, and with a unit of one letter. */
function otherNumbers(text: string): Answer[] {
  const comma = /^(-?)(\d+)(?:,|\{,\})(\d+)(?:\s*(?:\\?%|\\?\$|€))?$/.exec(text);
  if (comma !== null) {
    const [, sign, whole = "", part = ""] = comma;
    // 3,4 is two numbers.
    const decimal = whole === "0" || part.length > 1;
    const value = decimal ? Rational.fromDecimal(`${sign}${whole}.${part}`) : undefined;
    return value === undefined ? [] : [{ kind: "value", term: rational(value) }];
  }
  const measured = MEASURED.exec(text);
  if (measured !== null) {
    const value = Rational.fromDecimal((measured[1] ?? "").replaceAll(",", ""));
    const unit = readUnit(measured[2] ?? "");
    const known = value !== undefined && unit.dimension !== "" && unit.words === undefined;
    return known ? [{ kind: "value", term: rational(value), unit }] : [];
  }
  return [];
}

/** Letters that could be variables are a unit after a space, with a raised digit, or as a quotient. */
const MEASURED =
  /^(-?[\d.,]*\d)(?:(?=\s)|(?=m[²³])|(?=[a-z]+\/))\s*([A-Za-z][A-Za-z/ .²³]*(?:\^\{?[23]\}?)?)$/;
