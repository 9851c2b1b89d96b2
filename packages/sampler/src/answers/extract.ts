// Finds the answer in a solution's text.

import { matchingBrace } from "../expression/braces.js";
import type { Expression, Span } from "../expression/expression.js";
import { parseExpression } from "../expression/parse.js";
import { clean } from "./clean.js";

export interface ExtractOptions {
  /** Only what stands in `\boxed{…}` or `\fbox{…}` is an answer. Default: `false`. */
  readonly strict?: boolean;
}

/** How an answer was found, the surest first. */
export type AnswerSource =
  | "boxed"
  | "marker"
  | "phrase"
  | "bold"
  | "mathematics"
  | "number"
  | "choice";

export interface ExtractedAnswer {
  /** The answer, without what delimits it. */
  readonly text: string;
  /** Where it stands; of several boxes, from the first to the last. */
  readonly span: Span;
  readonly source: AnswerSource;
}

/** Only the end of longer texts is searched, in UTF-16 code units. */
const MAX_SEARCHED = 100_000;

/** Longest content of a box. */
const MAX_BOX = 4096;
/** Only the last so many are looked at. */
const MAX_BOXES = 256;

const BOX = /\\(?:boxed|fbox)(?![A-Za-z])\s*/g;
/** What may stand between boxes that are one answer. */
const BETWEEN_BOXES =
  /^(?:[\s$,;]|\\[()[\],; ]|\\quad|\\qquad|\\text\{\s*(?:and|or),?\s*\}|and|or)*$/;
const MARKER = /####[ \t]*([^\n]*)/g;
const PHRASE =
  /\b(?:(?:final|correct|right)\s+(?:answer|option|choice|solution|result)|(?:the|our|my)\s+answer|answer|(?:the\s+)?(?:option|choice))\b(?:\s+(?:to|of|for)\s[^.:\n]{1,80}?(?=\s+(?:is|are)\b))?[\s*_]*(?:(?:is|are|would be|must be|=)[ \t]*:?|:|\n)[\s*_:]*(?:therefore|thus|simply|exactly|given by|equal to)?\s*/gi;
const FINAL = /\bthe final answer is:?\s*(?=\$|\\\(|[-+]?\d)/gi;
const BOLD = /\*\*([^*\n]+)\*\*/g;
const MATHEMATICS =
  /\$\$([^$]+)\$\$|(?<!\\)\$((?:[^$\\\n]|\\.)+)\$(?!\d)|\\\(((?:[^\\]|\\[^)]){1,600}?)\\\)|\\\[((?:[^\\]|\\[^\]]){1,600}?)\\\]/g;
const NUMBER =
  /(?<![\w.])[-−+]?(?:\\?[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d+,\d+(?![\d,])|\d+)(?:\.\d+)?(?:\s\d+\/\d+|\s?\/\s?\d+)?(?:[eE][-+]?\d+)?(?:\s?\\?%|\s?°|\s?[€£]|(?!st|nd|rd|th)[a-z]{1,2}[²³]?)?(?![\w/])/g;
/** Words too short for the parser to take them for anything but products. */
const PROSE =
  /\b[A-Za-z]+ [A-Za-z]+\b|\b(?:so|of|is|it|to|in|we|he|as|by|an|the|for|at|on|no|if|was)\b/i;
const CHOICE = /\(([A-J])\)/g;

/**
 * The answer that a solution comes to: what its last box holds; else what follows `####`; else what follows "the answer
 * is" and the like; else the last bold number or formula; else the last formula or number. `undefined` if there is none.
 *
 * @example
 * extractAnswer("… so it is \\boxed{\\frac{1}{2}}."); // { text: "\\frac{1}{2}", span: …, source: "boxed" }
 * extractAnswer("The answer is 42 apples."); // { text: "42 apples", span: …, source: "phrase" }
 */
export function extractAnswer(
  text: string,
  options: ExtractOptions = {},
): ExtractedAnswer | undefined {
  const from = Math.max(0, text.length - MAX_SEARCHED);
  const searched = from === 0 ? text : text.slice(from);
  const boxed = lastBoxes(searched);
  // "Final answer:" after the last box takes back what that says.
  const later =
    boxed === undefined || options.strict === true
      ? undefined
      : lastPhrase(searched, boxed.span.end, FINAL);
  const found =
    later ??
    boxed ??
    (options.strict === true
      ? undefined
      : (lastMarker(searched) ??
        lastPhrase(searched) ??
        lastBold(searched) ??
        whole(searched) ??
        lastMathematics(searched) ??
        lastMatch(searched, CHOICE, "choice")));
  if (found === undefined) return undefined;
  return { ...found, span: { start: found.span.start + from, end: found.span.end + from } };
}

/** `text` from `start` to `end` without white space around it; nothing if that is all. */
function part(
  text: string,
  start: number,
  end: number,
  source: AnswerSource,
): ExtractedAnswer | undefined {
  let [first, last] = [start, end];
  while (first < last && /\s/.test(text.charAt(first))) first++;
  while (last > first && /\s/.test(text.charAt(last - 1))) last--;
  if (first === last) return undefined;
  return { text: text.slice(first, last), span: { start: first, end: last }, source };
}

function lastBoxes(text: string): ExtractedAnswer | undefined {
  const boxes: { start: number; end: number; content: ExtractedAnswer }[] = [];
  for (const match of [...text.matchAll(BOX)].slice(-MAX_BOXES)) {
    const open = match.index + match[0].length;
    // A box within the last one is a part of it.
    if (open <= (boxes.at(-1)?.end ?? 0)) continue;
    const close = matchingBrace(text.slice(0, open + MAX_BOX), open);
    if (close >= 0) {
      const content = part(text, open + 1, close, "boxed");
      if (content !== undefined) boxes.push({ start: match.index, end: close + 1, content });
      continue;
    }
    // \boxed 5 and \boxed\pi
    const bare = /^(?:\\[A-Za-z]+|[^\s{}\\$])/.exec(text.slice(open, open + 40));
    const content = bare === null ? undefined : part(text, open, open + bare[0].length, "boxed");
    if (content !== undefined) boxes.push({ start: match.index, end: content.span.end, content });
  }
  const last = boxes.at(-1);
  if (last === undefined) return undefined;
  const together = [last];
  for (let i = boxes.length - 2; i >= 0; i--) {
    const [box, next] = [boxes[i], together[0]];
    if (box === undefined || next === undefined) break;
    const between = text.slice(box.end, next.start);
    const joined = between === "" || (/[,;]|and|or/.test(between) && BETWEEN_BOXES.test(between));
    if (between.length > 40 || !joined) break;
    together.unshift(box);
  }
  if (together.length === 1) return last.content;
  return {
    text: together.map(({ content }) => content.text).join(", "),
    span: { start: together[0]?.start ?? 0, end: last.end },
    source: "boxed",
  };
}

function lastMarker(text: string): ExtractedAnswer | undefined {
  let found: ExtractedAnswer | undefined;
  for (const match of text.matchAll(MARKER)) {
    const start = match.index + match[0].length - (match[1] ?? "").length;
    found = part(text, start, match.index + match[0].length, "marker") ?? found;
  }
  // A heading of Markdown isn't an answer.
  return found !== undefined && /^[A-Za-z][a-z]+(?:\s|$)/.test(found.text) ? undefined : found;
}

/** What follows the last phrase that announces an answer, from `from` on. */
function lastPhrase(
  text: string,
  from = 0,
  announces: RegExp = PHRASE,
): ExtractedAnswer | undefined {
  let found: ExtractedAnswer | undefined;
  for (const match of text.matchAll(announces)) {
    if (match.index < from) continue;
    found = sentence(text, match.index + match[0].length) ?? found;
  }
  return found;
}

/** What a sentence gives from `start` on: a formula with what belongs to it, or its words up to a clause. */
function sentence(text: string, start: number): ExtractedAnswer | undefined {
  const rest = text.slice(start, start + 500);
  const formula = new RegExp(MATHEMATICS.source, "y");
  const joiner = /\s*(?:,?\s*(?:and|or)\b|,)\s*/y;
  let end = 0;
  let formulas = 0;
  let only: { start: number; end: number } | undefined;
  for (;;) {
    formula.lastIndex = end;
    const next = formula.exec(rest);
    if (next === null) break;
    formulas++;
    end = formula.lastIndex;
    const content = next[1] ?? next[2] ?? next[3] ?? next[4] ?? "";
    const open = next.index + next[0].indexOf(content);
    only = { start: start + open, end: start + open + content.length };
    joiner.lastIndex = end;
    const joined = joiner.exec(rest);
    formula.lastIndex = joined === null ? end : joiner.lastIndex;
    if (joined === null || !formula.test(rest)) break;
    end = joiner.lastIndex;
  }
  if (formulas > 0) {
    const unit = /^\s*(?:\\?%|[A-Za-z°]+(?:\s[A-Za-z]+){0,2})(?=\s*[.!?*]?\s*(?:\n|$))/.exec(
      rest.slice(end),
    );
    if (unit !== null) return part(text, start, start + end + unit[0].length, "phrase");
    return formulas === 1 && only !== undefined
      ? part(text, only.start, only.end, "phrase")
      : part(text, start, start + end, "phrase");
  }
  const stop =
    /\n|[.!?](?=\s|$|\*|")|;|,\s(?=[a-z]{3})|\*\*|\s(?:because|since|as|so|which|where|when|if)\s|\s\(|$/.exec(
      rest.replace(/\b([ap])\.m\./gi, "$1_m_"),
    );
  const words = rest.slice(0, stop?.index ?? rest.length).replace(/[\s,]+$/, "");
  // Of a sentence that says more, what it says last.
  if (/^[A-Za-z]{3,}\s+[A-Za-z$]/.test(words)) {
    const inside = lastMathematics(words);
    if (inside !== undefined) {
      return part(text, start + inside.span.start, start + inside.span.end, "phrase");
    }
  }
  return part(text, start, start + words.length, "phrase");
}

function lastBold(text: string): ExtractedAnswer | undefined {
  let found: ExtractedAnswer | undefined;
  for (const match of text.matchAll(BOLD)) {
    const content = match[1] ?? "";
    // Headings (Step 1:) are bold as well.
    if (!/\d|\\|^[A-J]$/.test(content) || /:\s*$|^\s*(?:step|case|part|note)\b/i.test(content))
      continue;
    const start = match.index + 2;
    found = part(text, start, start + content.length, "bold") ?? found;
  }
  return found;
}

/** A text that is an answer already: one line of mathematics and nothing else. */
function whole(text: string): ExtractedAnswer | undefined {
  if (text.length > 400 || /\S\s*\n\s*\S|\$|\\[([]/.test(text)) return undefined;
  if (PROSE.test(text.replace(/\\[A-Za-z]+/g, " "))) return undefined;
  const expression = parseExpression(clean(text));
  if (expression.kind === "fault" || hasWords(expression)) return undefined;
  return part(text, 0, text.length, "mathematics");
}

function hasWords(expression: Expression): boolean {
  switch (expression.kind) {
    case "text":
      return true;
    case "unary":
    case "postfix":
      return hasWords(expression.operand);
    case "binary":
      return hasWords(expression.left) || hasWords(expression.right);
    case "call":
      return expression.args.some(hasWords);
    case "group":
    case "list":
      return expression.items.some(hasWords);
    case "relation":
      return expression.operands.some(hasWords);
    case "matrix":
      return expression.rows.some((row) => row.some(hasWords));
    default:
      return false;
  }
}

/** The last formula or the last number, whichever ends later. */
function lastMathematics(text: string): ExtractedAnswer | undefined {
  let formula: ExtractedAnswer | undefined;
  let formulaEnd = -1;
  for (const match of text.matchAll(MATHEMATICS)) {
    const content = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    const start = match.index + match[0].indexOf(content);
    const trimmed = content.replace(/[.,;\s]+$/, "");
    formula = part(text, start, start + trimmed.length, "mathematics") ?? formula;
    formulaEnd = match.index + match[0].length;
  }
  const number = lastMatch(text, NUMBER, "number");
  if (number === undefined) return formula;
  return formula === undefined || number.span.start >= formulaEnd ? number : formula;
}

function lastMatch(
  text: string,
  pattern: RegExp,
  source: AnswerSource,
): ExtractedAnswer | undefined {
  let found: ExtractedAnswer | undefined;
  for (const match of text.matchAll(pattern)) {
    const content = match[1] ?? match[0];
    const start = match.index + match[0].indexOf(content);
    found = part(text, start, start + content.length, source) ?? found;
  }
  return found;
}
