// The methods of Python's text. Positions count code points, white space and case are
// Python's, and what would become long is paid for first.

import { fail, spend, spendText } from "./budget.js";
import { braces } from "./format.js";
import { SPACE } from "./lexer.js";
import { sliceOf } from "./operators.js";
import { type Given, type Routine, routine, routineTable } from "./signature.js";
import {
  characters,
  defined,
  index,
  isDict,
  isText,
  iterate,
  str,
  Tuple,
  truth,
  tuple,
  typeName,
  type Value,
} from "./values.js";

const leading = new RegExp(`^[${SPACE}]+`);
const words = new RegExp(`[^${SPACE}]+`, "g");
const lineEnds = "\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029";
const lineEnd = new RegExp(`\\r\\n|[${lineEnds}]`, "g");

export const text = (value: Value | undefined): string => {
  if (value !== undefined && isText(value)) return str(value);
  if (value !== undefined) defined(value);
  fail(`expected a str, found '${value === undefined ? "nothing" : typeName(value)}'`);
};

/** The part of `text` that a slice names. */
export function sliceText(text: string, parts: readonly (Value | undefined)[]): string {
  const chars = characters(text);
  const { start, step, count } = sliceOf(chars.length, parts);
  spendText(text.length);
  if (step === 1) {
    const cut = chars.slice(start, start + count);
    return typeof cut === "string" ? cut : cut.join("");
  }
  let made = "";
  for (let i = 0; i < count; i++) made += chars[start + i * step];
  return made;
}

/** Digraphs have a form of their own for the start of a word. */
function titleCase(char: string): string {
  const code = char.codePointAt(0) as number;
  if (code >= 0x1c4 && code <= 0x1cc)
    return String.fromCharCode(code < 0x1c7 ? 0x1c5 : code < 0x1ca ? 0x1c8 : 0x1cb);
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  if (code >= 0x10d0 && code <= 0x10ff) return char;
  const upper = char.toUpperCase();
  const [first = "", ...rest] = upper;
  return upper.length > char.length ? first + rest.join("").toLowerCase() : upper;
}

export function capitalize(self: string): string {
  const [first = ""] = self;
  return titleCase(first) + self.slice(first.length).toLowerCase();
}

export function strip(value: string, chars: Value | undefined, sides: number): string {
  let made = value;
  spend(value.length >> 4);
  if (chars === undefined || chars === null) {
    if (sides & 1) made = made.replace(leading, "");
    // A search from the end; the expression alone would be quadratic in runs of spaces.
    if (sides & 2) made = rstrip(made);
    return made;
  }
  const set = new Set(text(chars));
  const all = characters(made);
  let from = 0;
  let to = all.length;
  if (sides & 1) while (from < to && set.has(all[from] as string)) from++;
  if (sides & 2) while (to > from && set.has(all[to - 1] as string)) to--;
  const cut = all.slice(from, to);
  return typeof cut === "string" ? cut : cut.join("");
}

const spaceChar = new RegExp(`[${SPACE}]`);
function rstrip(value: string): string {
  let end = value.length;
  while (end > 0 && spaceChar.test(value[end - 1] as string)) end--;
  return value.slice(0, end);
}

function find(self: string, args: Given, fromEnd: boolean, strict: boolean): Value {
  const chars = characters(self);
  const needle = text(args[0]);
  const { start, count } = sliceOf(chars.length, [args[1], args[2]]);
  spend(1 + (self.length >> 4));
  let at = -1;
  if (args[1] === undefined && typeof chars === "string") {
    at = fromEnd ? self.lastIndexOf(needle) : self.indexOf(needle);
  } else {
    const cut = chars.slice(start, start + count);
    const part = typeof cut === "string" ? cut : cut.join("");
    const found = fromEnd ? part.lastIndexOf(needle) : part.indexOf(needle);
    if (found >= 0) at = start + characters(part.slice(0, found)).length;
  }
  if (at < 0 && strict) fail("substring not found");
  return at;
}

function affix(self: string, args: Given, end: boolean): Value {
  const part =
    args[1] === undefined || args[1] === null
      ? args[2] === undefined
        ? self
        : sliceText(self, [null, args[2]])
      : sliceText(self, [args[1], args[2]]);
  const test = (affix: Value | undefined): boolean =>
    end ? part.endsWith(text(affix)) : part.startsWith(text(affix));
  const [given] = args;
  return given instanceof Tuple ? given.some(test) : test(given);
}

function split(
  self: string,
  separator: Value | undefined,
  most: Value | undefined,
  fromEnd: boolean,
): Value {
  const limit = most === undefined ? -1 : index(most);
  spendText(self.length);
  let parts: string[];
  if (separator === undefined || separator === null) {
    const all = self.match(words) ?? [];
    if (limit < 0 || all.length <= limit) parts = all;
    else if (fromEnd) {
      parts = limit > 0 ? all.slice(-limit) : [];
      let rest = rstrip(self);
      for (const word of [...parts].reverse())
        rest = rstrip(rest.slice(0, rest.length - word.length));
      if (rest) parts = [rest, ...parts];
    } else {
      parts = all.slice(0, limit);
      let rest = self.replace(leading, "");
      for (const word of parts) rest = rest.slice(word.length).replace(leading, "");
      if (rest) parts = [...parts, rest];
    }
  } else {
    const by = text(separator);
    if (by === "") fail("empty separator");
    parts = self.split(by);
    if (limit >= 0 && parts.length > limit + 1) {
      parts = fromEnd
        ? [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)]
        : [...parts.slice(0, limit), parts.slice(limit).join(by)];
    }
  }
  spend(parts.length);
  return parts;
}

export function splitLines(self: string, keepEnds = false): string[] {
  spendText(self.length);
  const lines: string[] = [];
  let at = 0;
  for (const match of self.matchAll(lineEnd)) {
    const end = match.index + match[0].length;
    lines.push(self.slice(at, keepEnds ? end : match.index));
    at = end;
  }
  if (at < self.length) lines.push(self.slice(at));
  return lines;
}

export function join(
  separator: string,
  items: Value,
  convert: (value: Value, at: number) => string,
): string {
  const parts: string[] = [];
  let total = 0;
  for (const item of iterate(items)) {
    spend(1);
    const part = convert(item, parts.length);
    total += part.length + separator.length;
    spendText(total - separator.length > 0 ? part.length + separator.length : 0);
    if (total > 1 << 16) spendText(total);
    parts.push(part);
  }
  return parts.join(separator);
}

export function replace(self: string, from: string, to: string, count: number): string {
  if (count === 0) return self;
  const parts = (from === "" ? ["", ...self, ""] : self.split(from)) as string[];
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  spendText(self.length + times * Math.max(0, to.length - from.length));
  spendText(self.length);
  if (count < 0 || times === parts.length - 1) return parts.join(to);
  return parts.slice(0, times + 1).join(to) + from + parts.slice(times + 1).join(from);
}

function justify(self: string, args: Given, left: (room: number, width: number) => number): string {
  const width = index(args[0]);
  const fill = args[1] === undefined ? " " : text(args[1]);
  if (characters(fill).length !== 1) fail("The fill character must be exactly one character long");
  const room = width - characters(self).length;
  if (room <= 0) return self;
  spendText(width);
  const before = left(room, width);
  return fill.repeat(before) + self + fill.repeat(room - before);
}
export const center = (self: string, args: Given): string =>
  justify(self, args, (room, width) => (room >> 1) + (room & width & 1));

const cased = /\p{Cased}/u;
const upperChar = /\p{Uppercase}|\p{Lt}/u;
const lowerChar = /\p{Lowercase}/u;

function title(self: string): string {
  let made = "";
  let inside = false;
  for (const char of self) {
    made += inside ? char.toLowerCase() : titleCase(char);
    inside = cased.test(char);
  }
  return made;
}

function isTitle(self: string): boolean {
  let inside = false;
  let any = false;
  for (const char of self) {
    if (upperChar.test(char)) {
      if (inside) return false;
      inside = any = true;
    } else if (lowerChar.test(char)) {
      if (!inside) return false;
    } else inside = false;
  }
  return any;
}

const fits = (pattern: RegExp): Routine => routine(0, 0, (self) => pattern.test(self as string));

function partition(self: string, separator: Value | undefined, fromEnd: boolean): Value {
  const by = text(separator);
  if (by === "") fail("empty separator");
  const at = fromEnd ? self.lastIndexOf(by) : self.indexOf(by);
  if (at < 0) return fromEnd ? tuple("", "", self) : tuple(self, "", "");
  return tuple(self.slice(0, at), by, self.slice(at + by.length));
}

const simple = (run: (self: string) => Value): Routine =>
  routine(0, 0, (self) => {
    spendText((self as string).length);
    return run(self as string);
  });
const method = (
  min: number,
  takes: string | number,
  run: (self: string, args: Given, kwargs: Map<string, Value> | null) => Value,
): Routine => routine(min, takes, (self, args, kwargs) => run(self as string, args, kwargs));

export type Read = (object: Value, key: string, attribute: boolean) => Value;

/** The methods by name; `read` is how a replacement field reads attributes and items. */
export function textMethods(read: Read): ReadonlyMap<string, Routine> {
  return routineTable({
    capitalize: simple(capitalize),
    casefold: simple((s) => s.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ")),
    center: method(1, 2, center),
    count: method(1, 3, (s, args) => {
      const part = args[1] === undefined ? s : sliceText(s, [args[1], args[2]]);
      const needle = text(args[0]);
      spendText(part.length);
      return needle === "" ? characters(part).length + 1 : part.split(needle).length - 1;
    }),
    endswith: method(1, 3, (s, args) => affix(s, args, true)),
    expandtabs: method(0, "tabsize", (s, [size]) => {
      const width = size === undefined ? 8 : index(size);
      spendText(s.length + s.split("\t").length * Math.max(0, width));
      let column = 0;
      return Array.from(s, (c) => {
        if (c !== "\t") {
          column = c === "\n" || c === "\r" ? 0 : column + 1;
          return c;
        }
        const room = width > 0 ? width - (column % width) : 0;
        column += room;
        return " ".repeat(room);
      }).join("");
    }),
    find: method(1, 3, (s, args) => find(s, args, false, false)),
    format: method(0, "*", (s, args, kwargs) => braces(s, args as Value[], kwargs, read)),
    format_map: method(1, 1, (s, [map]) => {
      if (!isDict(map as Value)) fail("format_map() expects a mapping");
      return braces(s, [], map as unknown as Map<string, Value>, read);
    }),
    index: method(1, 3, (s, args) => find(s, args, false, true)),
    isalnum: fits(/^[\p{L}\p{N}]+$/u),
    isalpha: fits(/^\p{L}+$/u),
    isascii: fits(/^\p{ASCII}*$/u),
    isdecimal: fits(/^\p{Nd}+$/u),
    isdigit: fits(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]+$/u),
    isidentifier: fits(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}]*$/u),
    islower: simple((s) => lowerChar.test(s) && !upperChar.test(s)),
    isnumeric: fits(/^\p{N}+$/u),
    isprintable: fits(/^(?: |[^\p{C}\p{Z}])*$/u),
    isspace: fits(new RegExp(`^[${SPACE}]+$`)),
    istitle: simple(isTitle),
    isupper: simple((s) => upperChar.test(s) && !lowerChar.test(s)),
    join: method(1, 1, (s, [items]) =>
      join(s, items as Value, (item, at) =>
        isText(item)
          ? str(item)
          : fail(`sequence item ${at}: expected str instance, ${typeName(item)} found`),
      ),
    ),
    ljust: method(1, 2, (s, args) => justify(s, args, () => 0)),
    lower: simple((s) => s.toLowerCase()),
    lstrip: method(0, 1, (s, [chars]) => strip(s, chars, 1)),
    partition: method(1, 1, (s, [by]) => partition(s, by, false)),
    removeprefix: method(1, 1, (s, [p]) => (s.startsWith(text(p)) ? s.slice(text(p).length) : s)),
    removesuffix: method(1, 1, (s, [p]) =>
      s.endsWith(text(p)) ? s.slice(0, s.length - text(p).length) : s,
    ),
    replace: method(2, 3, (s, [from, to, count]) =>
      replace(s, text(from), text(to), count === undefined ? -1 : index(count)),
    ),
    rfind: method(1, 3, (s, args) => find(s, args, true, false)),
    rindex: method(1, 3, (s, args) => find(s, args, true, true)),
    rjust: method(1, 2, (s, args) => justify(s, args, (room) => room)),
    rpartition: method(1, 1, (s, [by]) => partition(s, by, true)),
    rsplit: method(0, "sep maxsplit", (s, [by, most]) => split(s, by, most, true)),
    rstrip: method(0, 1, (s, [chars]) => strip(s, chars, 2)),
    split: method(0, "sep maxsplit", (s, [by, most]) => split(s, by, most, false)),
    splitlines: method(0, "keepends", (s, [keep]) =>
      splitLines(s, keep !== undefined && truth(keep)),
    ),
    startswith: method(1, 3, (s, args) => affix(s, args, false)),
    strip: method(0, 1, (s, [chars]) => strip(s, chars, 3)),
    swapcase: simple((s) =>
      Array.from(s, (c) => (upperChar.test(c) ? c.toLowerCase() : c.toUpperCase())).join(""),
    ),
    title: simple(title),
    upper: simple((s) => s.toUpperCase()),
    zfill: method(1, 1, (s, [width]) => {
      const sign = /^[+-]/.exec(s)?.[0] ?? "";
      const room = Math.max(0, index(width) - characters(s).length);
      spendText(room);
      return sign + "0".repeat(room) + s.slice(sign.length);
    }),
  });
}
