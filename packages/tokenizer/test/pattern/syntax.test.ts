import { expect, test } from "vitest";
import { TokenizerError } from "../../src/errors.js";
import { compilePattern } from "../../src/pattern/pattern.js";
import type { PatternDialect } from "../../src/pattern/syntax.js";

function pieces(source: string, text: string, dialect: PatternDialect = "oniguruma"): string[] {
  const spans = compilePattern(source, dialect).findAll(text);
  const result: string[] = [];
  for (let i = 0; i < spans.length; i += 2) result.push(text.slice(spans[i], spans[i + 1]));
  return result;
}

function failure(source: string, dialect: PatternDialect = "oniguruma"): TokenizerError {
  try {
    compilePattern(source, dialect);
  } catch (error) {
    expect(error).toBeInstanceOf(TokenizerError);
    return error as TokenizerError;
  }
  throw new Error(`${source} was accepted`);
}

test("escapes stand for characters", () => {
  expect(pieces("\\t\\n\\r\\f\\v\\e\\a", "\t\n\r\f\v\x1b\x07")).toHaveLength(1);
  expect(pieces("\\x41\\x{1F600}\\u00e9\\-\\'\\ \\é", "A😀é-' é")).toHaveLength(1);
  expect(pieces("\\x41\\u{1F600}\\U{e9}", "A😀é", "rust")).toHaveLength(1);
  expect(pieces("\\07\\0", "\x07\0")).toHaveLength(1);
  expect(pieces("[\\b\\t-\\n]+", "\b\t\n")).toHaveLength(1);
});

test("classes take ranges, brackets, intersections and characters that look special", () => {
  expect(pieces("[]a]", "]a[")).toEqual(["]", "a"]);
  expect(pieces("[^]a]", "]ab")).toEqual(["b"]);
  expect(pieces("[a-]", "a-b")).toEqual(["a", "-"]);
  expect(pieces("[-a]", "a-b")).toEqual(["a", "-"]);
  expect(pieces("[+--]", "+,-.")).toEqual(["+", ",", "-"]);
  expect(pieces("[[a]-z]", "a-zb")).toEqual(["a", "-", "z"]);
  expect(pieces("[a-z&&[^aeiou]]+", "abcde")).toEqual(["bcd"]);
  expect(pieces("[^a-c&&b-d]+", "abcdex")).toEqual(["a", "dex"]);
  expect(pieces("[a||b]", "a|b")).toEqual(["a", "|", "b"]);
  expect(pieces("[a-c--b]", "abc-", "rust")).toEqual(["a", "c"]);
  expect(pieces("[a-c--b]", "abc-")).toEqual(["a", "b", "c", "-"]);
  expect(pieces("[😀-😂]", "😁")).toEqual(["😁"]);
});

test("the two dialects differ where their engines do", () => {
  expect(pieces("a{1,2}+", "aaaa")).toEqual(["aaaa"]);
  expect(pieces("a{1,2}+", "aaaa", "rust")).toEqual(["aa", "aa"]);
  expect(pieces("\\s+$", " a \nb ")).toEqual([" ", " "]);
  expect(pieces("\\s+$", " a \nb ", "rust")).toEqual([" "]);
  expect(pieces("a.c", "a\nc")).toEqual([]);
  expect(pieces("(?m)a.c", "a\nc")).toEqual(["a\nc"]);
  expect(pieces("(?s)a.c", "a\nc", "rust")).toEqual(["a\nc"]);
  expect(pieces("(?m)^a$", "a\na", "rust")).toEqual(["a", "a"]);
  expect(pieces("\\w", "²\u200d")).toEqual(["²"]);
  expect(pieces("\\w", "²\u200d", "rust")).toEqual(["\u200d"]);
  expect(pieces("a{2", "a{2")).toEqual(["a{2"]);
  expect(pieces("a{,2}", "aaa")).toEqual(["aa", "a"]);
});

test("flags hold to the end of their group", () => {
  expect(pieces("(?:(?i)a)a", "AaAA")).toEqual(["Aa"]);
  expect(pieces("(?i:a(?-i:b))", "AbAB")).toEqual(["Ab"]);
  expect(pieces("(?i)k|é", "K\u212aÉ")).toEqual(["K", "\u212a", "É"]);
  expect(pieces("(?#comment)a", "a")).toEqual(["a"]);
});

test("what is no regular expression is refused with its place", () => {
  const cases: [string, RegExp][] = [
    ["(", /a \( without a \), opened at character 0/],
    ["a)", /a \) without a \( at character 1/],
    ["[a", /a \[ without a \] at character 0/],
    ["[]", /without a \]/],
    ["*a", /a \* with nothing to repeat/],
    ["a|+", /a \+ with nothing to repeat/],
    ["[b-a]", /a range that runs backwards at character 2/],
    ["[a-\\d]", /a range that ends with a set/],
    ["a{3,2}", /a repeat from 3 to 2/],
    ["\\p{Foo}", /the unknown property "Foo"/],
    ["\\p{[\\w}", /the unknown property/],
    ["[[:foo:]]", /the unknown class/],
    ["\\", /expected a character after \\, found its end/],
    ["\\q", /\\q, which is not supported/],
    ["(?z)", /the flag z/],
    ["(?", /a group of a kind/],
    ["(?#", /a comment's end/],
    ["(a)\\2", /a reference to group 2, of 1/],
    ["\\x{110000}", /beyond U\+10FFFF/],
    ["\\pL", /without \{ \}/],
  ];
  for (const [source, message] of cases) {
    const error = failure(source);
    expect(error.code, source).toBe("ERR_PATTERN");
    expect(error.message, source).toMatch(message);
    expect(error.message, source).toMatch(/expected .* found .* at character \d+ of the pattern/);
  }
});

test("patterns of any size end in an error rather than in a long wait", () => {
  expect(failure("a".repeat(70_000)).code).toBe("ERR_LIMIT");
  expect(failure("a{1001}").code).toBe("ERR_LIMIT");
  expect(failure("(?:(?:a{1000}){1000}){1000}").code).toBe("ERR_LIMIT");
  expect(failure("(".repeat(300)).code).toBe("ERR_LIMIT");
  expect(failure(`${"[".repeat(60)}a`).code).toBe("ERR_LIMIT");
  expect(failure("(?:a|b)*a(?:a|b){20}").code).toBe("ERR_LIMIT");
});

test("what would mean something else here is refused", () => {
  expect(failure("(?i:ss)").code).toBe("ERR_UNSUPPORTED");
  expect(failure("(?i:ß)").code).toBe("ERR_UNSUPPORTED");
  expect(pieces("(?i:ss)", "sS", "rust")).toEqual(["sS"]);
  expect(failure("(?:a*)*").code).toBe("ERR_UNSUPPORTED");
  expect(failure("(?:a|)+").code).toBe("ERR_UNSUPPORTED");
});

test("what a backtracking search may never end with is refused with its place", () => {
  const cases: [string, RegExp][] = [
    ["(a+)+\\1b", /an endless repeat of .* at character 4 of/],
    ["(?<=x)(a|a)+$", /an endless repeat of .* at character 11 of/],
    ["(?<=x)(?:a?b)*c", /an endless repeat/],
    ["(?<=x)(?:a{1,2}){2,}c", /an endless repeat/],
    ["(?<=x)(?:(?:ab*c)d)+e", /an endless repeat/],
    ["\\b(?:a+?)+?$", /an endless repeat/],
    ["(?=(?:a|aa)+$)a", /an endless repeat/],
    ["(?=(?:a*b)*+$)\\b", /an endless repeat/],
    ["(?>(a|a)+b)\\b", /an endless repeat/],
    ["(a+)\\1", /a reference to group 1, .* at character 4 of/],
    ["(?:(a)|b)\\1", /a reference to group 1/],
    ["(a)?\\1", /a reference to group 1/],
    ["(a\\1)", /a reference to group 1/],
    ["(?=(a))(b)\\1", /a reference to group 1/],
    ["(?<=x)(?:a|a){30}$", /more than 262144 ways, at character 13 of/],
    ["(?<=x)(?:a+){30}$", /more than 262144 ways/],
    ["(?<=x)(?:(?:a|a){5}){5}$", /more than 262144 ways/],
    [`(?<=x)${"(?:a|a)".repeat(30)}$`, /more than 262144 ways/],
    ["(?<=x)a*a*a*a*a*$", /more than 262144 ways/],
    ["(?<=x)(?:(?:(?:a{1000}){1000}){1000})", /more than 262144 ways/],
  ];
  for (const [source, message] of cases) {
    for (const dialect of ["oniguruma", "rust"] as const) {
      if (dialect === "oniguruma" && source.includes("*+")) continue;
      const error = failure(source, dialect);
      expect(error.code, source).toBe("ERR_UNSUPPORTED");
      expect(error.message, source).toMatch(message);
      expect(error.message, source).toMatch(
        /^expected a pattern .*, found .* at character \d+ of the pattern/,
      );
    }
  }
});

test("patterns with lookbehind, boundaries and long lookaheads that end soon stay", () => {
  expect(pieces("\\d{1,3}(?=(?:\\d{3})*\\b)", "1234567")).toEqual(["1", "234", "567"]);
  const threes = "^\\p{N}{1,2}(?=(?:\\p{N}{3})+$)|\\p{N}{3}";
  expect(pieces(threes, "12345678")).toEqual(["12", "345", "678"]);
  expect(Array.from(compilePattern("(?=(\\d{3})+(?!\\d))").findAll("1234567"))).toEqual([
    1, 1, 4, 4,
  ]);
  expect(pieces("(?<![\\s\\S]) +| +(?![\\s\\S])", "  a b ")).toEqual(["  ", " "]);
  expect(pieces("(\\p{L})\\1", "abba")).toEqual(["bb"]);
  expect(pieces("(?=(a))([ab])\\2", "aabb")).toEqual(["aa"]);
  expect(pieces("(?>a|ab)c|(?:(?>a+)b)+\\b", "aabab ac")).toEqual(["aabab", "ac"]);
  expect(pieces("(?<=x)(?:'s|'t)?[a-z]*\\p{L}+\\s*", "x'sab  c")).toEqual(["'sab  "]);
  expect(pieces("(?<=x)a{0,1000}b{0,1000}a*b*", "xaabba")).toEqual(["aabba"]);
  // Those that have an automaton need no such care.
  expect(pieces("(?:a+|a)*b", `${"a".repeat(50)}c`)).toEqual([]);
});
