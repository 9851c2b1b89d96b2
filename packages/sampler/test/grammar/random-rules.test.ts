import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grammar } from "../../src/grammar/grammar.js";
import { Budget } from "../../src/grammar/limits.js";
import { build } from "../../src/grammar/network/build.js";
import { link } from "../../src/grammar/network/link.js";
import {
  characters,
  choice,
  type Expression,
  literal,
  type Rules,
  repeat,
  rule,
  sequence,
} from "../../src/grammar/rules/expression.js";
import { PrefixOracle } from "./support/prefix-oracle.js";
import { allowedTokens, allTexts, concat, END, vocabularyOf } from "./support/vocabularies.js";

const { vocabulary, tokens } = vocabularyOf([
  ...allTexts("ab", 3).slice(1),
  "abab",
  "aaaaaa",
  "b", // The same bytes as another token.
  "é",
  Uint8Array.of(0xc3),
  Uint8Array.of(0xa9),
  Uint8Array.of(0xa9, 0x61),
]);

const RULES = 4;

function expressions(depth: number): fc.Arbitrary<Expression> {
  const leaves = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a", "b", "ab", "", "é", "ba").map(literal) },
    { weight: 1, arbitrary: fc.constantFrom([97, 98], [97, 97, 233, 233], []).map(characters) },
    { weight: 3, arbitrary: fc.nat(RULES - 1).map(rule) },
  );
  if (depth === 0) return leaves;
  const inner = expressions(depth - 1);
  return fc.oneof(
    { weight: 1, arbitrary: leaves },
    {
      weight: 3,
      arbitrary: fc.array(inner, { maxLength: 3 }).map((items) => sequence(...items)),
    },
    {
      weight: 3,
      arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((items) => choice(...items)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(inner, fc.nat(2), fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY))
        .map(([item, min, more]) => repeat(item, min, min + more)),
    },
  );
}

// Each rule has a way out, or most grammars would match nothing.
const grammars: fc.Arbitrary<Rules> = fc
  .array(fc.tuple(expressions(2), expressions(2), fc.constantFrom("a", "b", "ab", undefined)), {
    minLength: RULES,
    maxLength: RULES,
  })
  .map((rules) => ({
    rules: rules.map(([first, second, out]) => {
      const both = sequence(first, second);
      return out === undefined ? both : choice(both, literal(out));
    }),
    start: 0,
  }));

describe("masks of random grammars, left-recursive and ambiguous ones among them", () => {
  it("are what a plain search finds", async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(grammars, fc.array(fc.nat(1000), { maxLength: 5 }), async (rules, picks) => {
        const oracle = new PrefixOracle(rules);
        const budget = new Budget();
        if (!oracle.check(new Uint8Array()).begins) {
          await expect(async () => link(await build(rules, budget), budget)).rejects.toThrow(
            "matches nothing",
          );
          return;
        }
        const grammar = new Grammar(link(await build(rules, budget), budget), vocabulary, 2 ** 20);
        const matcher = grammar.start();
        let text: Uint8Array = new Uint8Array();
        for (const pick of [...picks, 0]) {
          const expected: number[] = [];
          if (oracle.check(text).whole) expected.push(END);
          tokens.forEach((bytes, id) => {
            if (bytes !== undefined && oracle.check(concat(text, bytes)).begins) expected.push(id);
          });
          const allowed = allowedTokens(matcher.mask(), vocabulary.size);
          expect(allowed).toEqual(expected);
          expect(matcher.isComplete).toBe(expected.includes(END));
          tokens.forEach((_, id) => {
            expect(matcher.allows(id)).toBe(expected.includes(id));
          });
          checked++;
          const more = allowed.filter((id) => id !== END);
          if (more.length === 0) break;
          const token = more[pick % more.length] as number;
          expect(matcher.accept(token)).toBe(true);
          text = concat(text, tokens[token] as Uint8Array);
        }
      }),
      { seed: 6, numRuns: 60 },
    );
    expect(checked).toBeGreaterThan(100);
  });
});
