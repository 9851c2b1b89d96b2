// Brackets and the escapes that stand for a character or a set.

import { ensure } from "../errors.js";
import { CODE_POINTS } from "../unicode/blocks.js";
import type { Ranges } from "../unicode/ranges.js";
import { foldCase } from "./fold.js";
import type { Reader } from "./reader.js";
import { difference, intersection, invert, NOTHING, named, setOf, union } from "./sets.js";
import type { PatternDialect } from "./syntax.js";

const MAX_DEPTH = 50;
const CONTROLS: Readonly<Record<string, number>> = {
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  a: 7,
  e: 27,
};

/** What follows a backslash: a set, or a single code point. */
export function readEscapedSet(
  reader: Reader,
  dialect: PatternDialect,
  ignoreCase: boolean,
  inClass: boolean,
): Ranges | number {
  const start = reader.at - 1;
  const property = reader.match(/([pP])(?:\{(\^?)([^{}]*)\}|([A-Z]))/y);
  if (property !== undefined) {
    const [, letter, caret, long, short] = property;
    if (short !== undefined && dialect === "oniguruma")
      reader.fail(`\\${letter} without { }`, start);
    const name = long ?? short ?? "";
    const set = /^[:[\\]/.test(name) ? undefined : named(name, dialect);
    if (set === undefined)
      return reader.fail(`the unknown property ${JSON.stringify(name)}`, start);
    // Oniguruma takes properties as they are, the regex crate with all cases.
    const folded = ignoreCase && dialect === "rust" ? foldCase(set) : set;
    return (letter === "P") !== (caret === "^") ? invert(folded) : folded;
  }
  const shorthand = reader.match(/[sSdDwWhH]/y)?.[0];
  if (shorthand !== undefined) {
    const lower = shorthand.toLowerCase();
    const set = named(
      (inClass && lower === "w" && dialect === "oniguruma" ? "[\\" : "\\") + lower,
      dialect,
    );
    return shorthand === lower ? (set as Ranges) : invert(set as Ranges);
  }
  const hex = reader.match(
    dialect === "rust"
      ? /[xuU]\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y
      : /x\{([0-9a-fA-F]+)\}|x([0-7][0-9a-fA-F]|[0-9a-fA-F](?![0-9a-fA-F]))|u([0-9a-fA-F]{4})/y,
  );
  if (hex !== undefined) {
    const codePoint = Number.parseInt(hex[1] ?? hex[2] ?? (hex[3] as string), 16);
    if (codePoint >= CODE_POINTS) reader.fail("a character beyond U+10FFFF", start);
    return codePoint;
  }
  const octal = dialect === "oniguruma" ? reader.match(/0[0-7]{0,2}/y) : undefined;
  if (octal !== undefined) return Number.parseInt(octal[0], 8);
  const character = reader.next("a character after \\");
  const control = CONTROLS[character] ?? (inClass && character === "b" ? 8 : undefined);
  if (control !== undefined) return control;
  if (/[0-9A-Za-z]/.test(character)) reader.fail(`\\${character}, which is not supported`, start);
  return character.codePointAt(0) as number;
}

/** A character class, of which the opening bracket has been read. */
export function readClass(
  reader: Reader,
  dialect: PatternDialect,
  ignoreCase: boolean,
  depth: number,
): Ranges {
  const start = reader.at - 1;
  ensure(
    depth < MAX_DEPTH,
    "ERR_LIMIT",
    () => `expected at most ${MAX_DEPTH} brackets inside each other, found more ${reader.where()}`,
  );
  const negative = reader.accept("^");
  let whole: Ranges | undefined;
  let operator = "&&";
  let set = NOTHING;
  let first = true;
  const close = () => {
    whole =
      whole === undefined
        ? set
        : operator === "&&"
          ? intersection(whole, set)
          : difference(whole, set);
  };
  const fold = (s: Ranges) => (ignoreCase ? foldCase(s) : s);
  for (;;) {
    if (reader.done) reader.fail("a [ without a ]", start);
    // A ] that comes first is a character.
    if (!(first && reader.peek() === "]") && reader.accept("]")) break;
    const next = reader.match(dialect === "rust" ? /&&|--(?!\])/y : /&&/y)?.[0];
    if (next !== undefined) {
      close();
      operator = next;
      set = NOTHING;
      continue;
    }
    first = false;
    const low = readMember(reader, dialect, ignoreCase, depth);
    if (typeof low !== "number") {
      set = union(set, low);
      continue;
    }
    const ranged =
      reader.peek() === "-" &&
      !reader.source.startsWith("-]", reader.at) &&
      !reader.source.startsWith("-[", reader.at) &&
      !(dialect === "rust" && reader.source.startsWith("--", reader.at));
    if (!ranged) {
      set = union(set, fold(setOf(low)));
      continue;
    }
    const at = reader.at;
    reader.accept("-");
    const high = readMember(reader, dialect, ignoreCase, depth);
    if (typeof high !== "number") reader.fail("a range that ends with a set", at);
    if (high < low) reader.fail("a range that runs backwards", at);
    set = union(set, fold(setOf([low, high])));
  }
  close();
  return negative ? invert(whole ?? NOTHING) : (whole ?? NOTHING);
}

function readMember(
  reader: Reader,
  dialect: PatternDialect,
  ignoreCase: boolean,
  depth: number,
): Ranges | number {
  const posix = reader.match(/\[:(\^?)([a-z]+):\]/y);
  if (posix !== undefined) {
    const set = named(`:${posix[2]}`, dialect);
    if (set === undefined) return reader.fail(`the unknown class ${posix[0]}`);
    return posix[1] === "^" ? invert(set) : set;
  }
  const character = reader.next("a member of a class");
  if (character === "[") return readClass(reader, dialect, ignoreCase, depth + 1);
  if (character === "\\") return readEscapedSet(reader, dialect, ignoreCase, true);
  return character.codePointAt(0) as number;
}
