import { expect, test } from "vitest";
import { foldCase } from "../../src/pattern/fold.js";
import { parsePattern } from "../../src/pattern/parse.js";
import { difference, intersection, invert, named, setOf, union } from "../../src/pattern/sets.js";
import type { PatternDialect } from "../../src/pattern/syntax.js";
import { categoryMask, categoryRanges } from "../../src/unicode/categories.js";
import type { Ranges } from "../../src/unicode/ranges.js";
import golden from "../golden/unicode.json" with { type: "json" };

const fnv = (hash: number, n: number) => Math.imul(hash ^ n, 16777619) >>> 0;
const SURROGATES = setOf([0xd800, 0xdfff]);

function* members(set: Ranges): Generator<number> {
  for (let r = 0; r < set.length; r += 2) {
    for (let c = set[r] as number; c < (set[r + 1] as number); c++) yield c;
  }
}

function summary(set: Ranges): number[] {
  let size = 0;
  let hash = 2166136261;
  for (const c of members(difference(set, SURROGATES))) {
    size++;
    hash = fnv(hash, c);
  }
  return [size, hash];
}

for (const dialect of ["oniguruma", "rust"] as PatternDialect[]) {
  test(`sets of ${dialect} have the characters that the reference gives`, () => {
    for (const [source, ...expected] of golden.named[dialect] as [string, number, number][]) {
      const node = parsePattern(source, dialect);
      expect(node.type, source).toBe("set");
      if (node.type === "set") expect(summary(node.set), source).toEqual(expected);
    }
  });

  test(`characters without regard to case are those of ${dialect}`, () => {
    const cased = union(
      categoryRanges(categoryMask("LC")),
      setOf(0x345, [0x2160, 0x2188], [0x24b6, 0x24e9]),
    );
    const all: number[] = [];
    for (const c of members(difference(cased, setOf([0x1d400, 0x1d7ff])))) {
      const family = [...members(foldCase(setOf(c)))];
      if (family.length > 1) all.push(c, ...family);
    }
    expect([all.length, all.reduce(fnv, 2166136261)]).toEqual(golden.families[dialect]);
  });
}

test("set operations keep to the edges of the code space", () => {
  const ends = setOf(0, 0x10ffff);
  expect(invert(ends)).toEqual([1, 0x10ffff]);
  expect(invert(invert(ends))).toBe(ends);
  expect(invert([])).toEqual([0, 0x110000]);
  expect(union([0, 5], [5, 9])).toEqual([0, 9]);
  expect(intersection([0, 5], [5, 9])).toEqual([]);
  expect(difference([0, 9], [3, 5])).toEqual([0, 3, 5, 9]);
});

test("names are read loosely, and unknown ones are not found", () => {
  expect(named("uppercase_letter", "rust")).toBe(named("Uppercase Letter", "rust"));
  expect(named("script=Greek", "rust")).toEqual(named("Greek", "rust"));
  expect(named("script=Greek", "oniguruma")).toBeUndefined();
  expect(named("Nonsense", "rust")).toBeUndefined();
  expect(named("constructor", "rust")).toBeUndefined();
});
