import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGrammar, type GrammarSource, Vocabulary } from "../../src/index.js";
import { allTexts, vocabularyOf } from "./support/vocabularies.js";

const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });
const compile = (source: GrammarSource) => compileGrammar(source, vocabulary);
const regex = (pattern: string) => compile({ type: "regex", pattern });
const texts = allTexts("ab1", 4);

function patterns(depth: number, assertions: boolean): fc.Arbitrary<string> {
  const leaves = fc.constantFrom(
    "a",
    "b",
    "1",
    ".",
    "[ab]",
    "[^a]",
    "\\d",
    "\\W",
    "\\w",
    "",
    "\\x61",
  );
  const leaf = assertions
    ? fc.oneof({ weight: 4, arbitrary: leaves }, fc.constantFrom("^", "$"))
    : leaves;
  if (depth === 0) return leaf;
  const inner = patterns(depth - 1, assertions);
  const group = inner.map((p) => `(?:${p})`);
  const repeats = fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "{1,}", "*?");
  return fc.oneof(
    leaf,
    fc.array(inner, { maxLength: 3 }).map((parts) => parts.map((p) => `(?:${p})`).join("")),
    fc.array(inner, { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join("|")})`),
    fc.tuple(group, repeats).map(([p, r]) => p + r),
  );
}

describe("regular expressions", () => {
  it("match whole texts as JavaScript's do", async () => {
    await fc.assert(
      fc.asyncProperty(patterns(3, false), async (pattern) => {
        const wanted = new RegExp(`^(?:${pattern})$`, "u");
        const expected = texts.filter((text) => wanted.test(text));
        const found = await regex(pattern).then(
          (grammar) => texts.filter((text) => grammar.matches(text)),
          (error: Error) => {
            expect(error.message).toMatch("matches nothing");
            return [];
          },
        );
        expect(found).toEqual(expected);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it("are found in strings of a schema as JavaScript finds them, with ^ and $ anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(patterns(3, true), async (pattern) => {
        const wanted = new RegExp(pattern, "u");
        const expected = texts.filter((text) => wanted.test(text));
        const schema = { type: "string", pattern };
        const found = await compile({ type: "json-schema", schema }).then(
          (grammar) => texts.filter((text) => grammar.matches(JSON.stringify(text))),
          (error: Error) => {
            expect(error.message).toMatch("matches nothing");
            return [];
          },
        );
        expect(found).toEqual(expected);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it.each([
    ["[α-ωé]+", ["αβγ", "é"], ["a", "Ω"]],
    ["\\p{Lu}\\p{Script=Greek}", ["Éα", "ΩΩ"], ["éα"]],
    ["\\u{1F600}|\\ud83d\\ude01", ["😀", "😁"], ["😂"]],
    [".", ["é", "€", "😀", " "], ["\n", "ab", ""]],
    ["^\\d{3}-\\d{4}$", ["555-0123"], ["5550123"]],
    ["[\\]\\-^]*", ["]-^", ""], ["["]],
    ["(?<year>\\d{4})", ["2026"], ["26"]],
    ["[\\s\\S]", ["\n", "x"], [""]],
  ])("read %s", async (pattern, match, others) => {
    const grammar = await regex(pattern);
    for (const text of match) expect([text, grammar.matches(text)]).toEqual([text, true]);
    for (const text of others) expect([text, grammar.matches(text)]).toEqual([text, false]);
  });

  it("take flags as options", async () => {
    const grammar = await compile({
      type: "regex",
      pattern: "straße.x",
      ignoreCase: true,
      dotAll: true,
    });
    expect(grammar.matches("STRAßE\nX")).toBe(true);
  });

  it("allow a token that is part of a character only where the character fits", async () => {
    const { vocabulary: parts } = vocabularyOf([
      Uint8Array.of(0xc3),
      Uint8Array.of(0xa9),
      Uint8Array.of(0xe2, 0x82),
      "é",
    ]);
    const matcher = (await compileGrammar({ type: "regex", pattern: "[é-ë]+" }, parts)).start();
    expect([2, 3, 4, 5].map((token) => matcher.allows(token))).toEqual([true, false, false, true]);
    matcher.accept(2);
    expect(matcher.isComplete).toBe(false);
    expect([2, 3, 4, 5].map((token) => matcher.allows(token))).toEqual([false, true, false, false]);
  });

  it.each([
    ["a(?=b)", "ERR_UNSUPPORTED"],
    ["(?<!a)b", "ERR_UNSUPPORTED"],
    ["(a)\\1", "ERR_UNSUPPORTED"],
    ["\\bword", "ERR_UNSUPPORTED"],
    ["a^b", "ERR_UNSUPPORTED"],
    ["(a", "ERR_GRAMMAR"],
    ["a)", "ERR_GRAMMAR"],
    ["[b-a]", "ERR_GRAMMAR"],
    ["*", "ERR_GRAMMAR"],
    ["a**", "ERR_GRAMMAR"],
    ["a{2,1}", "ERR_GRAMMAR"],
    ["\\p{Nonsense}", "ERR_GRAMMAR"],
    ["\\", "ERR_GRAMMAR"],
    ["[a", "ERR_GRAMMAR"],
    ["\\q", "ERR_GRAMMAR"],
  ])("refuse %s", async (pattern, code) => {
    await expect(regex(pattern)).rejects.toMatchObject({ code });
  });
});
