import { expect, test } from "vitest";
import {
  CATEGORIES,
  categoryMask,
  categoryOf,
  categoryRanges,
  inCategory,
  isAlphabetic,
  isWhiteSpace,
  isWord,
  whiteSpaceRanges,
} from "../../src/unicode/categories.js";
import { lowerCase, lowerCaseOf } from "../../src/unicode/lowercase.js";
import { inRanges, type Ranges } from "../../src/unicode/packed.js";
import {
  isBertAccent,
  isBertChinese,
  isBertRemoved,
  isCombiningMark,
  isNumericChar,
  isPunctuationChar,
} from "../../src/unicode/predicates.js";
import { SCRIPT_NAMES, scriptRanges } from "../../src/unicode/scripts.js";
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
  expect(CATEGORIES[categoryOf(0xd800)]).toBe("Cs");
  expect(CATEGORIES[categoryOf(0x10ffff)]).toBe("Cn");
  expect(categoryMask("Xx")).toBe(0);
});

test("White_Space, Alphabetic and the predicates of other ages are the reference's", () => {
  const predicates: Record<keyof typeof golden.sets, (codePoint: number) => boolean> = {
    whiteSpace: isWhiteSpace,
    alphabetic: isAlphabetic,
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
  expect(rangesSummary(whiteSpaceRanges())).toEqual(golden.sets.whiteSpace);
  expect(isWhiteSpace(0x85) && !isWhiteSpace(0xfeff)).toBe(true);
});

test("scripts are the reference's, and an unknown one is undefined", () => {
  for (const [name, expected] of Object.entries(golden.scripts)) {
    expect(rangesSummary(scriptRanges(name) as Ranges), name).toEqual(expected);
  }
  expect(SCRIPT_NAMES).toContain("Han");
  expect(scriptRanges("Klingon")).toBeUndefined();
  expect(scriptRanges("constructor")).toBeUndefined();
});

test("ranges are searched at their edges", () => {
  const ranges = [3, 5, 8, 9];
  expect([2, 3, 4, 5, 7, 8, 9].filter((c) => inRanges(ranges, c))).toEqual([3, 4, 8]);
  expect(inRanges([], 0)).toBe(false);
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
