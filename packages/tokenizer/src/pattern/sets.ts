// Sets of code points: sorted boundaries where a set begins and ends by turns, and the
// sets that patterns name.

import { CODE_POINTS } from "../unicode/blocks.js";
import {
  alphabeticRanges,
  categoryMask,
  categoryRanges,
  wordRanges,
} from "../unicode/categories.js";
import { LOWERCASE, rangesWhere, UPPERCASE, WHITE_SPACE } from "../unicode/properties.js";
import type { Ranges } from "../unicode/ranges.js";
import { scriptRanges } from "../unicode/scripts.js";
import type { PatternDialect } from "./syntax.js";

export const NOTHING: Ranges = [];
export const ANYTHING: Ranges = [0, CODE_POINTS];

/** A set operation: bit a + 2 b of `truth` says whether what is in a and in b is in the result. */
function combine(a: Ranges, b: Ranges, truth: number): Ranges {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  let inside = 0;
  let nextA = a[0] ?? CODE_POINTS;
  let nextB = b[0] ?? CODE_POINTS;
  for (;;) {
    const at = Math.min(nextA, nextB);
    if (at === CODE_POINTS) break;
    if (nextA === at) nextA = a[++i] ?? CODE_POINTS;
    if (nextB === at) nextB = b[++j] ?? CODE_POINTS;
    if (((truth >> ((i & 1) | ((j & 1) << 1))) & 1) === inside) continue;
    inside ^= 1;
    result.push(at);
  }
  if (inside === 1) result.push(CODE_POINTS);
  return result;
}

export const union = (a: Ranges, b: Ranges): Ranges => combine(a, b, 0b1110);
export const intersection = (a: Ranges, b: Ranges): Ranges => combine(a, b, 0b1000);
export const difference = (a: Ranges, b: Ranges): Ranges => combine(a, b, 0b0010);

const inverses = new WeakMap<Ranges, Ranges>();

/** Everything else. The same object for the same object, so that sets can be told by identity. */
export function invert(set: Ranges): Ranges {
  let inverse = inverses.get(set);
  if (inverse === undefined) {
    inverse = difference(ANYTHING, set);
    inverses.set(set, inverse);
    inverses.set(inverse, set);
  }
  return inverse;
}

/** The set of single code points and of ranges (first, last). */
export function setOf(...members: (number | readonly [number, number])[]): Ranges {
  return members.reduce<Ranges>(
    (set, m) => union(set, typeof m === "number" ? [m, m + 1] : [m[0], m[1] + 1]),
    NOTHING,
  );
}

const LONG_NAMES = new Map(
  (
    "letter L|casedletter LC|uppercaseletter Lu|lowercaseletter Ll|titlecaseletter Lt|" +
    "modifierletter Lm|otherletter Lo|mark M|combiningmark M|nonspacingmark Mn|spacingmark Mc|" +
    "enclosingmark Me|number N|decimalnumber Nd|digit Nd|letternumber Nl|othernumber No|" +
    "punctuation P|punct P|connectorpunctuation Pc|dashpunctuation Pd|openpunctuation Ps|" +
    "closepunctuation Pe|initialpunctuation Pi|finalpunctuation Pf|otherpunctuation Po|symbol S|" +
    "mathsymbol Sm|currencysymbol Sc|modifiersymbol Sk|othersymbol So|separator Z|" +
    "spaceseparator Zs|lineseparator Zl|paragraphseparator Zp|other C|control Cc|cntrl Cc|" +
    "format Cf|privateuse Co|unassigned Cn"
  )
    .split("|")
    .map((entry) => entry.split(" ") as [string, string]),
);

const SYMBOLS_OF_ASCII = setOf(0x24, 0x2b, [0x3c, 0x3e], 0x5e, 0x60, 0x7c, 0x7e);
const LATIN1_DIGITS = setOf(0xb2, 0xb3, 0xb9, [0xbc, 0xbe]);
const category = (name: string) => categoryRanges(categoryMask(name));
const flagged = (flag: number) => () => rangesWhere((property) => (property & flag) !== 0);
const whiteSpace = flagged(WHITE_SPACE);
const digits = () => category("Nd");
const hexDigits = () => setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
const ascii = () => [0, 128];

/** Sets that have a name of their own; those of POSIX brackets begin with a colon. */
const SETS: Readonly<Record<string, () => Ranges>> = {
  any: () => ANYTHING,
  ascii,
  assigned: () => invert(category("Cn")),
  alphabetic: () => alphabeticRanges(),
  whitespace: whiteSpace,
  lowercase: flagged(LOWERCASE),
  uppercase: flagged(UPPERCASE),
  "\\s": whiteSpace,
  "\\d": digits,
  "\\h": hexDigits,
  "oniguruma\\w": () => union(wordRanges(), LATIN1_DIGITS),
  "oniguruma[\\w": wordRanges,
  "rust\\w": () => union(wordRanges(), setOf([0x200c, 0x200d])),
  ":alpha": () => alphabeticRanges(),
  ":digit": digits,
  ":alnum": () => alphabeticRanges(categoryMask("Nd")),
  ":word": wordRanges,
  ":space": whiteSpace,
  ":blank": () => union(category("Zs"), setOf(9)),
  ":cntrl": () => category("Cc"),
  ":punct": () => union(union(category("P"), category("S")), SYMBOLS_OF_ASCII),
  ":lower": () => named("lowercase", "oniguruma") as Ranges,
  ":upper": () => named("uppercase", "oniguruma") as Ranges,
  ":xdigit": hexDigits,
  ":graph": () =>
    difference(
      invert(
        categoryRanges(
          categoryMask("Z") | categoryMask("Cc") | categoryMask("Cn") | categoryMask("Cs"),
        ),
      ),
      whiteSpace(),
    ),
  ":print": () => union(named(":graph", "oniguruma") as Ranges, category("Zs")),
  ":ascii": ascii,
};

const cache = new Map<string, Ranges | undefined>();

function find(name: string, dialect: PatternDialect): Ranges | undefined {
  if (name[0] === ":" && dialect === "rust") {
    // The regex crate knows POSIX brackets in ASCII only.
    const set = name === ":space" ? setOf([9, 13], 32) : named(name, "oniguruma");
    return set && intersection(set, [0, 128]);
  }
  const own = [name, dialect + name].find((key) => Object.hasOwn(SETS, key));
  if (own !== undefined) return (SETS[own] as () => Ranges)();
  const plain = name.replace(/^(gc|generalcategory|sc|script)=/, dialect === "rust" ? "" : "$&");
  const mask = categoryMask(
    plain.length < 3 ? plain[0]?.toUpperCase() + plain.slice(1) : (LONG_NAMES.get(plain) ?? ""),
  );
  if (mask !== 0) return categoryRanges(mask);
  if (plain === "lc") return category("LC");
  return scriptRanges(plain);
}

/**
 * A set by its name in `\p{…}` (any case, `_`, `-` and spaces ignored), `":alpha"` for
 * brackets or `"\\w"` for escapes; undefined where there is none.
 */
export function named(name: string, dialect: PatternDialect): Ranges | undefined {
  const plain = name.toLowerCase().replace(/[ _-]/g, "");
  const key = dialect + plain;
  if (!cache.has(key)) cache.set(key, find(plain, dialect));
  return cache.get(key);
}
