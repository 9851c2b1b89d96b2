import { expect, test } from "vitest";
import {
  alphabeticRanges,
  categoryMask,
  categoryRanges,
  inCategory,
  isWhiteSpace,
  isWord,
} from "../../src/unicode/categories.js";
import { lowerCase, lowerCaseOf } from "../../src/unicode/lowercase.js";
import {
  isBertAccent,
  isBertChinese,
  isBertRemoved,
  isCombiningMark,
  isNumericChar,
  isPunctuationChar,
} from "../../src/unicode/predicates.js";
import type { Ranges } from "../../src/unicode/ranges.js";
import { scriptRanges } from "../../src/unicode/scripts.js";
import golden from "../golden/unicode.json" with { type: "json" };

const fnv = (hash: number, n: number) => Math.imul(hash ^ n, 16777619) >>> 0;
const SEED = 2166136261;

function summary(has: (codePoint: number) => boolean): number[] {
  let size = 0;
  let hash = SEED;
  for (let c = 0; c < 0x110000; c++) {
    if (c === 0xd800) c = 0xe000;
    if (!has(c)) continue;
    size++;
    hash = fnv(hash, c);
  }
  return [size, hash];
}

function rangesSummary(ranges: Ranges): number[] {
  let size = 0;
  let hash = SEED;
  for (let r = 0; r < ranges.length; r += 2) {
    for (let c = ranges[r] as number; c < (ranges[r + 1] as number); c++) {
      size++;
      hash = fnv(hash, c);
    }
  }
  return [size, hash];
}

test("every category and group has the code points that the reference gives", () => {
  for (const [name, expected] of Object.entries(golden.categories)) {
    expect(rangesSummary(categoryRanges(categoryMask(name))), name).toEqual(expected);
  }
});

test("a single lookup agrees with the ranges, surrogates included", () => {
  for (const name of ["Lu", "L", "Cs", "C", "Cn"]) {
    const mask = categoryMask(name);
    const ranges = categoryRanges(mask);
    let at = 0;
    for (let c = 0; c < 0x110000; c++) {
      if (c === ranges[at]) at++;
      if (inCategory(c, mask) !== ((at & 1) === 1)) throw new Error(`${name} ${c}`);
    }
  }
  expect(inCategory(0xd800, categoryMask("Cs"))).toBe(true);
  expect(inCategory(0x10ffff, categoryMask("Cn"))).toBe(true);
  expect(categoryMask("Xx")).toBe(0);
});

test("White_Space, Alphabetic and the predicates of other ages are the reference's", () => {
  const predicates: Partial<Record<keyof typeof golden.sets, (codePoint: number) => boolean>> = {
    whiteSpace: isWhiteSpace,
    word: isWord,
    numeric: isNumericChar,
    punctuation: isPunctuationChar,
    mark: isCombiningMark,
    bertAccent: isBertAccent,
    bertRemoved: isBertRemoved,
    bertChinese: isBertChinese,
  };
  for (const [name, has] of Object.entries(predicates)) {
    expect(summary(has), name).toEqual(golden.sets[name as keyof typeof golden.sets]);
  }
  expect(rangesSummary(alphabeticRanges())).toEqual(golden.sets.alphabetic);
  expect(isWhiteSpace(0x85) && !isWhiteSpace(0xfeff)).toBe(true);
});

test("scripts are the reference's, and an unknown one is undefined", () => {
  for (const [name, expected] of Object.entries(golden.scripts)) {
    expect(rangesSummary(scriptRanges(name.toLowerCase()) as Ranges), name).toEqual(expected);
  }
  expect(scriptRanges("klingon")).toBeUndefined();
  expect(scriptRanges("constructor")).toBeUndefined();
});

test("lowercase is that of the reference for every character, and knows no final sigma", () => {
  let hash = SEED;
  for (let c = 0; c < 0x110000; c++) {
    if (c === 0xd800) c = 0xe000;
    for (const x of lowerCaseOf(c)) hash = fnv(hash, x.codePointAt(0) as number);
  }
  expect(hash).toBe(golden.lowercase);
  expect(lowerCase("ΌΣΟΣ İ ÀB")).toBe("όσοσ i̇ àb");
  expect(lowerCase("A\ud800B")).toBe("a\ud800b");
});
