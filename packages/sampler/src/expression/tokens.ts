// Cuts mathematics, LaTeX or plain, into tokens with the offsets where they stood.

import { Rational } from "../exact/rational.js";
import { command } from "./command-tokens.js";
import type { Fault } from "./expression.js";
import { number } from "./number-tokens.js";
import { at, fault, type Push, type Token, type TokenOptions } from "./token.js";
import {
  CONSTANT_WORDS,
  CURRENCIES,
  FUNCTIONS,
  OPERATORS,
  SUBSCRIPTS,
  SUPERSCRIPTS,
  UNICODE_NAMES,
  VULGAR_FRACTIONS,
} from "./vocabulary.js";

const SPACE = /(?:\s|~|\\ |\u200b|\u2061)+/y;
const LETTERS = /[A-Za-z]+/y;
const TWO_SIGNS = new Set(["**", "!!", "<=", ">=", "!=", "==", "->", "=>", "~="]);

/** The tokens, the last of which is of the kind `end`, or where the text can't be mathematics. */
export function tokenize(text: string, options: TokenOptions = {}): Token[] | Fault {
  const tokens: Token[] = [];
  let position = 0;
  let spaced = false;
  const push = (kind: Token["kind"], content: string, end: number, value?: Rational) => {
    tokens.push({ kind, text: content, start: position, end, spaced, ...(value && { value }) });
    position = end;
    spaced = false;
  };
  while (position < text.length) {
    const space = at(SPACE, text, position);
    // `\ ` and `~` may stand within a number, which is looked at from its first digit.
    if (space !== null) {
      position += space[0].length;
      spaced = true;
      continue;
    }
    const char = text.charAt(position);
    if (
      (char >= "0" && char <= "9") ||
      (char === "." && /[\d\\]/.test(text.charAt(position + 1)))
    ) {
      const fault = number(text, position, tokens, options, push);
      if (fault !== undefined && options.partial === true) break;
      if (fault !== undefined) return fault;
      continue;
    }
    if ((char >= "a" && char <= "z") || (char >= "A" && char <= "Z")) {
      letters(at(LETTERS, text, position)?.[0] ?? char, position, options, push);
      continue;
    }
    if (char === "\\") {
      const fault = command(text, position, measures(tokens), push, (end) => {
        position = end;
        spaced = true;
      });
      if (fault !== undefined && options.partial === true) break;
      if (fault !== undefined) return fault;
      continue;
    }
    const two = text.slice(position, position + 2);
    const three = text.slice(position, position + 3);
    if (three === "...") push("name", "…", position + 3);
    else if (TWO_SIGNS.has(two) && !(two === "!=" && text.charAt(position + 2) === "=")) {
      push("operator", OPERATORS.get(two) ?? two, position + 2);
    } else if (OPERATORS.has(char)) push("operator", OPERATORS.get(char) ?? char, position + 1);
    else if (char === "∞") push("name", "infinity", position + 1);
    else if (UNICODE_NAMES.has(char)) push("name", UNICODE_NAMES.get(char) ?? char, position + 1);
    else if (VULGAR_FRACTIONS.has(char)) {
      const [n, d] = VULGAR_FRACTIONS.get(char) ?? [0, 1];
      push("vulgar", char, position + 1, Rational.of(n, d));
    } else if (SUPERSCRIPTS.includes(char)) script(text, SUPERSCRIPTS, "^", position, tokens, push);
    else if (SUBSCRIPTS.includes(char)) script(text, SUBSCRIPTS, "_", position, tokens, push);
    else if ("([{⌊⌈⟨".includes(char)) push("open", char === "⟨" ? "(" : char, position + 1);
    else if (")]}⌋⌉⟩".includes(char)) push("close", char === "⟩" ? ")" : char, position + 1);
    else if (char === "," || char === ";" || char === "，" || char === "、" || char === "；") {
      push("comma", char === ";" || char === "；" ? ";" : ",", position + 1);
    } else if (CURRENCIES.has(char)) push("text", char, position + 1);
    else if (char === "." && /^\.[\s]*\$?$/.test(text.slice(position))) position = text.length;
    else if (options.partial === true) break;
    else return fault(`unexpected character ${JSON.stringify(char)}`, position, position + 1);
  }
  spaced = false;
  push("end", "", position);
  return tokens;
}

/** Whether what was read last could be what a unit measures, or a unit that another multiplies. */
function measures(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last?.kind === "operator" && last.text === "*") return tokens.at(-2)?.kind === "text";
  return isOperand(last);
}

const isOperand = (token: Token | undefined): boolean =>
  token?.kind === "number" ||
  token?.kind === "vulgar" ||
  token?.kind === "text" ||
  token?.kind === "close" ||
  (token?.kind === "name" && token.text === "pi") ||
  (token?.kind === "operator" && (token.text === "/" || token.text === "°"));

/** A run of letters: a function, a constant, a word that stays whole, or a product of letters. */
function letters(run: string, start: number, options: TokenOptions, push: Push): void {
  const end = start + run.length;
  const known = FUNCTIONS.get(run) ?? FUNCTIONS.get(run.toLowerCase());
  if (run === "or" || run === "and") push("joiner", run, end);
  else if (options.words?.has(run)) push("text", run, end);
  else if (known !== undefined && run.length > 1) push("function", known, end);
  else if (CONSTANT_WORDS.has(run)) push("name", CONSTANT_WORDS.get(run) ?? run, end);
  else {
    const prefix = /^(?:arcsin|arccos|arctan|sin|cos|tan|log|ln|sqrt|pi)(?=[A-Za-z]{1,2}$)/.exec(
      run,
    )?.[0];
    if (prefix !== undefined) {
      letters(prefix, start, options, push);
      letters(run.slice(prefix.length), start + prefix.length, options, push);
    } else if (run.length > 3) push("text", run, end);
    else for (let i = 0; i < run.length; i++) push("name", run.charAt(i), start + i + 1);
  }
}

/** Superscript or subscript digits: an operator and a number. */
function script(
  text: string,
  digits: string,
  operator: string,
  start: number,
  tokens: Token[],
  push: Push,
): void {
  let end = start;
  let value = "";
  while (end < text.length && digits.includes(text.charAt(end))) {
    value += digits.indexOf(text.charAt(end++));
  }
  push("operator", operator, start);
  tokens.pop();
  tokens.push({ kind: "operator", text: operator, start, end: start, spaced: false });
  push("number", value, end, Rational.fromDecimal(value));
}
