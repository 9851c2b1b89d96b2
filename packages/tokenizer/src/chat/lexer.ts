// A template's text as tokens, by the rules of Jinja's lexer with trim_blocks and
// lstrip_blocks: which white space around a tag is dropped is decided here.

import { TokenizerError } from "../errors.js";

export interface Token {
  readonly line: number;
  /** "data", "name", "string", "integer", "float", "begin"/"end" of a block, "open"/"close" of a print, "eof", or the operator. */
  readonly type: string;
  readonly text: string;
}

/** Python's white space, as the inside of a character class. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const rule = (pattern: string) => new RegExp(pattern, "yu");
const space = `[${SPACE}]`;
const digits = "(?:\\d+_)*\\d+";
const rules: [string, RegExp][] = [
  ["space", rule(`${space}+`)],
  ["float", rule(`(?<!\\.)${digits}(?:(?:\\.${digits})?[eE][+-]?${digits}|\\.${digits})`)],
  [
    "integer",
    rule("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*"),
  ],
  ["name", rule("[\\p{L}\\p{Nl}\\p{M}\\p{Nd}\\p{Pc}]+")],
  ["string", rule("'[^'\\\\]*(?:\\\\[^][^'\\\\]*)*'|\"[^\"\\\\]*(?:\\\\[^][^\"\\\\]*)*\"")],
  ["operator", rule("//|\\*\\*|==|!=|>=|<=|[-+/*%~[\\](){}><=.:|,;]")],
];
const rawBegin = rule(`\\{%[-+]?${space}*raw${space}*(?:-%\\}${space}*|%\\})`);
const rawEnd = new RegExp(
  `\\{%([-+]?)${space}*endraw${space}*(?:\\+%\\}|-%\\}${space}*|%\\}\\n?)`,
  "g",
);
const commentEnd = new RegExp(`\\+#\\}|-#\\}${space}*|#\\}\\n?`, "g");
const blockEnd = rule(`\\+%\\}|-%\\}${space}*|%\\}\\n?`);
const printEnd = rule(`-\\}\\}${space}*|\\}\\}`);
const tag = /\{[{%#]/g;
const trailing = new RegExp(`${space}+$`);
const blank = new RegExp(`^${space}+$`);
const closers: Record<string, string> = { "{": "}", "(": ")", "[": "]" };

const letters: Record<string, string> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const escapes = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|.)/gsu;

export function syntaxError(line: number, message: string): never {
  throw new TokenizerError("ERR_TEMPLATE", `chat template, line ${line}: ${message}`);
}

function unquote(text: string, line: number): string {
  return text.replace(escapes, (match) => {
    const kind = match[1] as string;
    if (kind in letters) return letters[kind] as string;
    if ("xuU".includes(kind)) {
      const code = match.length > 2 ? Number.parseInt(match.slice(2), 16) : Number.NaN;
      if (!(code <= 0x10ffff)) syntaxError(line, `expected hexadecimal digits after \\${kind}`);
      return String.fromCodePoint(code);
    }
    if (kind === "N") syntaxError(line, "names of characters (\\N{…}) are not supported");
    if (kind >= "0" && kind <= "7") return String.fromCodePoint(Number.parseInt(match.slice(1), 8));
    // Jinja escapes what isn't ASCII before it reads escapes, so a backslash eats the escape's own.
    const code = match.codePointAt(1) as number;
    if (code < 128) return match;
    const width = code < 256 ? 2 : code < 65536 ? 4 : 8;
    return `\\${width === 2 ? "x" : width === 4 ? "u" : "U"}${code.toString(16).padStart(width, "0")}`;
  });
}

const count = (text: string): number => text.split("\n").length - 1;

export function tokenize(template: string): Token[] {
  const source = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStarting = true;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const advance = (text: string): void => {
    at += text.length;
    line += count(text);
    lineStarting = text.endsWith("\n");
  };
  const data = (text: string, sign: string | undefined, print: boolean): void => {
    let kept = text;
    if (sign === "-") kept = text.replace(trailing, "");
    else if (sign !== "+" && !print) {
      const start = text.lastIndexOf("\n") + 1;
      if ((start > 0 || lineStarting) && blank.test(text.slice(start))) kept = text.slice(0, start);
    }
    if (kept) tokens.push({ line, type: "data", text: kept });
    line += count(text);
  };

  while (at < source.length) {
    tag.lastIndex = at;
    const found = tag.exec(source);
    if (!found) {
      tokens.push({ line, type: "data", text: source.slice(at) });
      line += count(source.slice(at));
      break;
    }
    const opening = found[0];
    const text = source.slice(at, found.index);
    at = found.index;
    const sign = source[at + 2] === "-" || source[at + 2] === "+" ? source[at + 2] : "";
    data(text, sign, opening === "{{");
    const raw = opening === "{%" ? match(rawBegin) : undefined;
    if (raw) {
      advance(raw);
      rawEnd.lastIndex = at;
      const end = rawEnd.exec(source);
      if (!end) syntaxError(line, "Missing end of raw directive");
      data(source.slice(at, end.index), end[1], false);
      at = end.index;
      advance(end[0]);
      continue;
    }
    const begun = line;
    advance(source.slice(at, at + 2 + (sign as string).length));
    if (opening === "{#") {
      commentEnd.lastIndex = at;
      const end = commentEnd.exec(source);
      if (!end) syntaxError(line, "Missing end of comment tag");
      advance(source.slice(at, end.index + end[0].length));
      continue;
    }
    const block = opening === "{%";
    tokens.push({ line: begun, type: block ? "begin" : "open", text: "" });
    inside(block);
  }
  tokens.push({ line, type: "eof", text: "" });
  return tokens;

  function inside(block: boolean): void {
    const open: string[] = [];
    while (at < source.length) {
      if (open.length === 0) {
        const end = match(block ? blockEnd : printEnd);
        if (end) {
          tokens.push({ line, type: block ? "end" : "close", text: "" });
          advance(end);
          return;
        }
      }
      let type = "";
      let text: string | undefined;
      for (const [name, pattern] of rules) {
        text = match(pattern);
        if (text !== undefined) {
          type = name;
          break;
        }
      }
      if (text === undefined) syntaxError(line, `unexpected char ${JSON.stringify(source[at])}`);
      push(type, text, open);
      advance(text);
    }
  }

  function push(type: string, text: string, open: string[]): void {
    if (type === "space") return;
    if (type === "operator") {
      const closer = closers[text];
      if (closer) open.push(closer);
      else if (text === "}" || text === ")" || text === "]") {
        const expected = open.pop();
        if (expected !== text) {
          syntaxError(line, `unexpected '${text}'${expected ? `, expected '${expected}'` : ""}`);
        }
      }
      tokens.push({ line, type: text, text });
    } else if (type === "string") {
      tokens.push({ line, type, text: unquote(text.slice(1, -1), line) });
    } else {
      if (type === "name" && !/^[\p{L}\p{Nl}_]/u.test(text)) {
        syntaxError(line, "Invalid character in identifier");
      }
      tokens.push({ line, type, text: type === "name" ? text : text.replaceAll("_", "") });
    }
  }
}
