// Takes off what surrounds an answer without being part of it.

import { matchingBrace } from "../expression/braces.js";

/** The text without delimiters of mathematics, emphasis, a box, or a full stop around it. */
export function clean(text: string): string {
  let current = text.trim();
  // Backslashes that were escaped once too often; in a matrix they end a row.
  if (/\\\\[A-Za-z]/.test(current) && !current.includes("\\begin")) {
    current = current.replace(/\\\\(?=[A-Za-z{}%$!,;])/g, "\\");
  }
  for (let round = 0; round < 8; round++) {
    const before = current;
    current = unwrap(current).trim();
    if (current === before) return current;
  }
  return current;
}

const WRAPPERS: readonly (readonly [open: string, close: string])[] = [
  ["$$", "$$"],
  ["\\[", "\\]"],
  ["\\(", "\\)"],
  ["**", "**"],
  ["`", "`"],
  ['"', '"'],
  ["“", "”"],
  ["$", "$"],
];

function unwrap(text: string): string {
  for (const [open, close] of WRAPPERS) {
    if (
      text.length <= open.length + close.length ||
      !text.startsWith(open) ||
      !text.endsWith(close)
    )
      continue;
    if (open === "$" && text.at(-2) === "\\") continue;
    const inside = text.slice(open.length, text.length - close.length);
    if (!inside.includes(open) || open === "$") return open === "$" ? inlineMath(text) : inside;
  }
  const command =
    /^\\(?:boxed|fbox|text|mbox|textbf|mathrm|mathbf|textit|boldsymbol|displaystyle|ensuremath|underline)\s*(?=[{ ])/.exec(
      text,
    );
  if (command !== null) {
    if (command[0].startsWith("\\displaystyle")) return text.slice(command[0].length);
    const close = matchingBrace(text, command[0].length);
    if (close === text.length - 1) return text.slice(command[0].length + 1, close);
  }
  const stripped = text
    .replace(/(?:\\[,;:! ]|\\quad|\\qquad|~)+$/, "")
    .replace(/^(?:\\[,;:! ]|\\quad|\\qquad|~)+/, "")
    .replace(/(?<!(?:\b[ap]\.m|\.\.))\.$/, "")
    .replace(/[,;]$/, "")
    .replace(/^[=≈:]\s*/, "")
    .replace(/^\\(?:approx|displaystyle|Rightarrow|implies|therefore)(?![A-Za-z])\s*/, "")
    .replace(/^\*\*|\*\*$/g, "");
  if (stripped !== text) return stripped;
  return inlineMath(text);
}

/** `$28$ %` without the dollar signs, if they delimit mathematics and aren't a currency. */
function inlineMath(text: string): string {
  const signs = [...text.matchAll(/(?<!\\)\$/g)].map(({ index }) => index);
  if (signs.length === 0 || signs.length % 2 === 1) return text;
  // $5 or $10: the second sign opens again.
  for (let i = 1; i < signs.length; i += 2) {
    const sign = signs[i] ?? 0;
    if (/\d/.test(text.charAt(sign + 1)) && /\s/.test(text.charAt(sign - 1) || " ")) return text;
  }
  return text.replace(/(?<!\\)\$/g, " ");
}

/** Words to be compared: lower case, without LaTeX, punctuation and articles. */
export function normalWords(text: string): string {
  return text
    .replace(/\\(?:text|mbox|textbf|textit|mathrm|mathbf|operatorname)\s*\{([^{}]*)\}/g, " $1 ")
    .replace(/\\(?:[,;:! ]|quad|qquad|left|right|displaystyle)/g, " ")
    .replace(/[{}$\\]/g, " ")
    .replace(/[‘’]/g, "'")
    .toLowerCase()
    .replace(/[.,;:!?"“”]+(?=\s|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:the|a|an) (?=\S)/, "");
}
