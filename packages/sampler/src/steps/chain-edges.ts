// Why the side at either end of a chain may not be the whole of it.

import { literal, type Side } from "./side.js";
import type { Token } from "./tokens.js";
import { changesWhatFollows, changesWhatPrecedes, numberWords, scaleWords } from "./words.js";

/** `side` begins at token `at`. */
export function doubtBefore(tokens: readonly Token[], at: number, side: Side): string | undefined {
  const before = tokens[at - 1];
  const first = tokens[at] as Token;
  if (before === undefined) return undefined;
  const glued = before.end === first.start;
  switch (before.kind) {
    case "stop":
      return tokens[at - 2]?.kind === "operator" ? "a sign stands before it" : undefined;
    case "relation":
    case "money":
    case "annotation":
      return undefined;
    case "open":
      // Undecided until it is known whether the bracket closes after the chain.
      return tokens[at - 2]?.kind === "operator" && !closes(tokens, at)
        ? "an operation stands before it"
        : undefined;
    case "colon":
      return (glued || before.spaced) && tokens[at - 2]?.kind === "number"
        ? "a ratio or a time stands before it"
        : undefined;
    case "comma":
      if (glued && tokens[at - 2]?.kind === "number")
        return "a decimal comma or a list stands before it";
      if (/^\d{3}$/.test(first.text) && tokens[at - 2]?.kind === "number") {
        return "it may be the end of a number";
      }
      return literal(side) === undefined ? undefined : "a list stands before it";
    case "close":
      return side.dash ? undefined : "an operation stands before it";
    case "word":
      if (before.text === "and" && literal(side) === undefined) {
        const number = /^(?:number|percent)$/.test(tokens[at - 2]?.kind ?? "");
        const fraction = side.pieces[1]?.text === "/" && side.pieces[1].tight;
        return number && fraction ? "a whole number may stand before it" : undefined;
      }
      if (side.letters && /^(?:and|or|than)$/.test(before.text)) return undefined;
      if (changesWhatFollows.has(before.text)) return `\`${before.text}\` stands before it`;
      if (before.text.endsWith("s") && isRange(side)) return "it may be a range";
      if (numberWords.has(before.text) || scaleWords.has(before.text))
        return "a number in words stands before it";
      if (first.kind === "operator" && !side.dash) return "a sign stands before it";
      return glued || /\d-?$/.test(before.text) ? "it goes on from a word" : undefined;
    case "letter":
      return /^[aAI]$/.test(before.text) ? undefined : "a letter stands before it";
    default:
      return "something that isn't read stands before it";
  }
}

/** `side` ends before token `at`. */
export function doubtAfter(tokens: readonly Token[], at: number, side: Side): string | undefined {
  const after = tokens[at];
  if (after === undefined) return undefined;
  const glued = after.start === side.end;
  const following = tokens[at + 1];
  switch (after.kind) {
    case "word": {
      if (changesWhatPrecedes.has(after.text)) return `\`${after.text}\` stands after it`;
      const number =
        following?.kind === "number" || following?.kind === "money" || following?.kind === "open";
      if (
        number &&
        isWhole(tokens, at + 1) &&
        (after.text === "and" || after.text === "to" || after.text === "or")
      ) {
        return `\`${after.text}\` and a number stand after it`;
      }
      return after.text === "of" && number ? "it may be a part of something" : undefined;
    }
    case "comma":
    case "colon":
      return following?.kind === "number" &&
        (glued ? following.start === after.end : after.kind === "colon")
        ? "a decimal comma, a ratio or a time stands after it"
        : undefined;
    case "operator":
      if (after.text === "/" && following?.kind === "word") return undefined;
      return "a sign stands after it";
    case "open":
      if (glued) return "brackets stand after it";
      return opensMore(tokens, at) ? "brackets and a sign stand after it" : undefined;
    case "letter":
      return /^[aAI]$/.test(after.text) ? undefined : "a letter stands after it";
    case "number":
    case "odd":
    case "time":
    case "tilde":
      return tokens[at - 1]?.kind === "money"
        ? undefined
        : "something that isn't read stands after it";
    default:
      return undefined;
  }
}

/** Whether the number at `at` isn't the beginning of another expression, but for a fraction. */
function isWhole(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  if (tokens[at]?.kind !== "number") return true;
  return next?.kind !== "letter" && (next?.kind !== "operator" || next.text === "/");
}

/** Whether the bracket before `from` closes on the line, other brackets left out. */
function closes(tokens: readonly Token[], from: number): boolean {
  return closingOf(tokens, from) !== -1;
}

function closingOf(tokens: readonly Token[], from: number): number {
  let depth = 1;
  for (let at = from; at < tokens.length; at++) {
    const kind = tokens[at]?.kind;
    if (kind === "open") depth++;
    else if (kind === "close" && --depth === 0) return at;
  }
  return -1;
}

/** Whether a sign follows an aside in brackets. */
function opensMore(tokens: readonly Token[], at: number): boolean {
  const close = closingOf(tokens, at + 1);
  return close === -1 || tokens[close + 1]?.kind === "operator";
}

/** `1-2`, as in "weeks 1-2". */
function isRange({ pieces }: Side): boolean {
  const [from, dash, to] = pieces;
  if (pieces.length !== 3 || dash?.text !== "-" || !dash.tight) return false;
  return Number(from?.text) < Number(to?.text);
}
