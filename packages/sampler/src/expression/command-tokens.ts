// LaTeX's commands as tokens.

import { matchingBrace } from "./braces.js";
import type { Fault } from "./expression.js";
import { at, fault, type Push } from "./token.js";
import { FUNCTIONS, LAYOUT, NAMES, OPERATORS, TEXT_COMMANDS } from "./vocabulary.js";

const STRUCTURES = new Set([
  "frac",
  "sum",
  "prod",
  "dfrac",
  "tfrac",
  "cfrac",
  "sqrt",
  "binom",
  "dbinom",
  "tbinom",
  "begin",
  "end",
]);
const COMMAND = /\\(?:[A-Za-z]+|.)/y;
/** A unit of one letter, which without `\\text` would be a variable. */
const UNIT_LETTER = /^[\s~]*[mshgLlNJWVKCFd]\s*$/;
const ACCENTS = new Set(["overline", "bar", "hat", "widehat", "tilde", "widetilde"]);

/** What stands in the braces at `position`, and where they end. */
function braced(text: string, position: number): { content: string; end: number } | undefined {
  const close = matchingBrace(text, position);
  return close < 0 ? undefined : { content: text.slice(position + 1, close), end: close + 1 };
}

/** Reads the command at `position`; `skip` goes on at `end` without a token. */
export function command(
  text: string,
  position: number,
  operandBefore: boolean,
  push: Push,
  skip: (end: number) => void,
): Fault | undefined {
  const found = at(COMMAND, text, position)?.[0];
  if (found === undefined) return fault("a lone backslash", position, text.length);
  let end = position + found.length;
  const name = found.slice(1);
  if (name === "{" || name === "lbrace") push("open", "\\{", end);
  else if (name === "}" || name === "rbrace") push("close", "\\}", end);
  else if (name === "$") push("text", "$", end);
  else if (name === "lfloor") push("open", "⌊", end);
  else if (name === "rfloor") push("close", "⌋", end);
  else if (name === "lceil") push("open", "⌈", end);
  else if (name === "rceil") push("close", "⌉", end);
  else if (name === "langle") push("open", "(", end);
  else if (name === "rangle") push("close", ")", end);
  else if (name === "lbrack") push("open", "[", end);
  else if (name === "rbrack") push("close", "]", end);
  else if (OPERATORS.has(found)) push("operator", OPERATORS.get(found) ?? found, end);
  else if (name === "land" || name === "wedge") push("joiner", "and", end);
  else if (name === "lor" || name === "vee") push("joiner", "or", end);
  else if (name === "pounds" || name === "euro") push("text", name === "euro" ? "€" : "£", end);
  else if (STRUCTURES.has(name)) {
    const kind =
      name === "begin" || name === "end" ? name : name.replace(/^[dtc](?=frac|binom)/, "");
    if (kind === "begin" || kind === "end") {
      const environment = braced(text, end);
      if (environment === undefined) return fault(`\\${name} without braces`, position, end);
      push("structure", `${kind} ${environment.content}`, environment.end);
      const columns =
        kind === "begin" && environment.content === "array"
          ? braced(text, environment.end)
          : undefined;
      if (columns !== undefined) skip(columns.end);
    } else push("structure", kind, end);
  } else if (NAMES.has(name)) push("name", NAMES.get(name) ?? name, end);
  else if (FUNCTIONS.has(name)) push("function", FUNCTIONS.get(name) ?? name, end);
  else if (ACCENTS.has(name)) {
    const under = braced(text, end);
    // One marked letter is a name of its own; a line over points only says that it is a segment.
    if (under !== undefined && /^\s*[a-z]\s*$/.test(under.content)) {
      push("name", `${name}-${under.content.trim()}`, under.end);
    } else skip(end);
  } else if (name === "pmod" || name === "mod" || name === "bmod") {
    const bare = /^\s*(\d+)/.exec(text.slice(end, end + 20));
    const modulus = braced(text, end);
    if (modulus !== undefined) push("text", `mod ${modulus.content}`, modulus.end);
    else if (bare !== null) push("text", `mod ${bare[1]}`, end + bare[0].length);
    else return fault(`${found} isn't supported`, position, end);
  } else if (name === "mathbb") {
    const letter = braced(text, end);
    const label = letter?.content.trim() ?? text.charAt(end);
    push("name", NAMES.get(label) ?? label, letter?.end ?? end + 1);
  } else if (TEXT_COMMANDS.has(name)) {
    if (name === "operatorname" && text.charAt(end) === "*") end++;
    while (text.charAt(end) === " ") end++;
    const words = braced(text, end);
    if (words === undefined) skip(end);
    else if (operandBefore && UNIT_LETTER.test(words.content))
      push("text", words.content.replace(/~/g, " ").trim(), words.end);
    else textOf(words, push, skip, end);
  } else if (name === "hspace" || name === "phantom" || name === "vspace" || name === "hphantom") {
    skip(braced(text, end)?.end ?? end);
  } else if (LAYOUT.has(name)) {
    // `\left.` and `\right.` are brackets that aren't there.
    skip((name === "left" || name === "right") && text.charAt(end) === "." ? end + 1 : end);
  } else return fault(`${found} isn't supported`, position, end);
  return undefined;
}

/** The content of `\text{…}`: a function's name, a letter, mathematics after all, or words. */
function textOf(
  words: { content: string; end: number },
  push: Push,
  skip: (end: number) => void,
  open: number,
): void {
  const content = words.content.replace(/~/g, " ").trim();
  const known = FUNCTIONS.get(content);
  if (known !== undefined) push("function", known, words.end);
  else if (content === "or" || content === "and" || content === "and/or" || content === ", and") {
    push("joiner", content.replace(", ", ""), words.end);
  } else if (content === "" || content === ",") skip(words.end);
  else if (/^[A-Za-z]$/.test(content)) push("name", content, words.end);
  // Its braces then stand for a group.
  else if (/^[\d\s.,+\-*/()$\\^]+$/.test(content) || /^\\[a-z]+\b/.test(content)) skip(open);
  else push("text", content.replace(/\s+/g, " "), words.end);
}
