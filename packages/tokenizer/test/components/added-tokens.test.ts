import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddedTokenMatcher } from "../../src/components/added-tokens.js";
import type { AddedToken } from "../../src/definition.js";

const SEED = 20261126;

function token(content: string, id: number, flags: Partial<AddedToken> = {}): AddedToken {
  const base = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
  return { id, content, special: false, ...base, ...flags };
}

const tokens = (...contents: string[]): AddedToken[] => contents.map((text, id) => token(text, id));

/** Contents of all matches. */
function matches(matcher: AddedTokenMatcher, text: string): string[] {
  const found = matcher.findAll(text);
  const out: string[] = [];
  for (let i = 0; i < found.length; i += 3) out.push(text.slice(found[i], found[i + 1]));
  return out;
}

describe("the longest of the tokens that begin first is a match", () => {
  test("tokens that begin alike", () => {
    const matcher = new AddedTokenMatcher(tokens("<a", "<a><b>", "b>"));
    expect(matches(matcher, "<a><b> <a><c> <a<a><b")).toEqual(["<a><b>", "<a", "<a", "<a"]);
  });
  test("a token inside another", () => {
    const matcher = new AddedTokenMatcher(tokens("abcd", "bc"));
    expect(matches(matcher, "abcx abcd")).toEqual(["bc", "abcd"]);
  });
  test("few and many first characters give the same as a plain search", () => {
    const content = fc.string({ unit: fc.constantFrom(..."ab<|"), minLength: 1, maxLength: 4 });
    const contents = fc.uniqueArray(content, { minLength: 1, maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom(..."ab<| "), maxLength: 40 });
    fc.assert(
      fc.property(contents, text, (list, text) => {
        const plain: string[] = [];
        for (let i = 0; i < text.length; ) {
          const here = list.filter((each) => text.startsWith(each, i));
          const longest = here.sort((a, b) => b.length - a.length)[0];
          if (longest) plain.push(longest);
          i += longest?.length ?? 1;
        }
        expect(matches(new AddedTokenMatcher(tokens(...list)), text)).toEqual(plain);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

test("a token that strips takes white space as Unicode has it, but no zero-width no-break space", () => {
  const matcher = new AddedTokenMatcher([token("<m>", 0, { lstrip: true, rstrip: true })]);
  const text = "a\ufeff \u0085<m>\u3000\u2028\ufeff";
  expect(matcher.find(text)).toEqual({ start: 2, end: 9, id: 0, next: 7 });
});

test("a token strips no further than the floor", () => {
  const matcher = new AddedTokenMatcher([token("<m>", 0, { lstrip: true })]);
  expect(matcher.find("a   <m>", 0, { floor: 2 })?.start).toBe(2);
});

test("a single word is not touched by letters, marks, digits, ties or joiners", () => {
  const matcher = new AddedTokenMatcher([token("word", 0, { singleWord: true })]);
  for (const joined of ["sword", "words", "word_", "word1", "word\u0301", "word\u200d", "𝟙word"]) {
    expect([joined, matcher.find(joined)]).toEqual([joined, undefined]);
  }
  for (const free of ["word", "-word-", " word ", "😀word😀", "½word²"]) {
    expect([free, matcher.find(free)?.id]).toEqual([free, 0]);
  }
});

test("special tokens are passed over when they are text, with all that they cover", () => {
  const matcher = new AddedTokenMatcher([token("<s>", 0, { special: true }), token("s>x", 1)]);
  expect(matcher.findAll("<s>x s>x", true)).toEqual([5, 8, 1]);
});

test("an empty list and empty contents match nothing", () => {
  expect(new AddedTokenMatcher([]).findAll("text")).toEqual([]);
  expect(new AddedTokenMatcher([token("", 0)]).isEmpty).toBe(true);
});

test("searching from any place finds the next match", () => {
  const matcher = new AddedTokenMatcher(tokens("<a>", "[b]"));
  const text = "<a> [b] <a>";
  expect([0, 1, 4, 5, 9, 0].map((from) => matcher.find(text, from)?.start)).toEqual([
    0,
    4,
    4,
    8,
    undefined,
    0,
  ]);
});

describe("hostile text takes linear time", () => {
  const many = tokens(...Array.from({ length: 800 }, (_, i) => `<｜place▁holder▁no▁${i}｜>`), "<");
  const spaces = [token(" ", 0, { rstrip: true }), token("\n", 1, { lstrip: true })];
  const cases: [string, AddedToken[], string][] = [
    ["beginnings of tokens", tokens("<|end|>", "<s>"), "<"],
    ["longer beginnings", tokens("<|im_start|>", "<|im_end|>", "</s>"), "<|im_"],
    ["tokens", many, "<"],
    ["many first characters", tokens("aX", "bX", "cX", "dX", "eX"), "abcde"],
    ["white space of tokens that strip", spaces, " "],
    ["words that are none", [token("word", 0, { singleWord: true })], "word"],
  ];
  for (const [name, list, unit] of cases) {
    test(name, () => {
      const text = unit.repeat((1 << 20) / unit.length);
      const matcher = new AddedTokenMatcher(list);
      const before = process.cpuUsage();
      matcher.findAll(text);
      expect(process.cpuUsage(before).user).toBeLessThan(2e7);
    });
  }
});
