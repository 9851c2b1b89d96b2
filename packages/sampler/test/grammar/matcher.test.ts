import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGrammar, type Matcher, Vocabulary } from "../../src/index.js";
import { allowedTokens, allTexts, END, vocabularyOf } from "./support/vocabularies.js";

const { vocabulary, tokens } = vocabularyOf(allTexts("()a", 3).slice(1));
const nested = () =>
  compileGrammar({ type: "gbnf", source: 'root ::= ("(" root ")" | "a")*' }, vocabulary);
const allowed = (matcher: Matcher) => allowedTokens(matcher.mask(), vocabulary.size);

describe("a matcher", () => {
  it("is after a rollback, a reset or a fork as one that never went on", async () => {
    const grammar = await nested();
    const operation = fc.tuple(
      fc.constantFrom("accept", "accept", "rollback", "mark", "reset", "fork"),
      fc.nat(9999),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        let matcher = grammar.start();
        let accepted: number[] = [];
        let mark = matcher.mark();
        let marked: number[] = [];
        for (const [name, n] of operations) {
          if (name === "accept") {
            const more = allowed(matcher);
            const token = more[n % more.length];
            if (token === undefined) continue;
            matcher.accept(token);
            accepted.push(token);
          } else if (name === "rollback") {
            const count = n % (accepted.length + 1);
            matcher.rollback(count);
            accepted = accepted.slice(0, accepted.length - count);
          } else if (name === "mark") {
            mark = matcher.mark();
            marked = [...accepted];
          } else if (name === "reset") {
            matcher.reset(mark);
            accepted = [...marked];
          } else {
            const before = allowed(matcher);
            const other = matcher;
            matcher = matcher.fork();
            other.accept(before[0] ?? 0);
          }
          const fresh = grammar.start();
          for (const token of accepted) expect(fresh.accept(token)).toBe(true);
          expect(matcher.length).toBe(accepted.length);
          expect(allowed(matcher)).toEqual(allowed(fresh));
          expect(matcher.isComplete).toBe(fresh.isComplete);
          expect(matcher.isOver).toBe(fresh.isOver);
        }
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it("stays where it is when a token can't follow", async () => {
    const matcher = (await nested()).start();
    const close = tokens.findIndex((t) => t?.length === 1 && t[0] === 0x29);
    expect(matcher.accept(close)).toBe(false);
    for (const token of [1, -1, 0.5, tokens.length]) expect(matcher.accept(token)).toBe(false);
    expect(matcher.length).toBe(0);
  });

  it("allows nothing after an end token, and takes that back too", async () => {
    const matcher = (await nested()).start();
    expect(matcher.accept(END)).toBe(true);
    expect(matcher.isOver).toBe(true);
    expect(allowed(matcher)).toEqual([]);
    expect(matcher.accept(2)).toBe(false);
    matcher.rollback(1);
    expect(matcher.isOver).toBe(false);
    expect(() => matcher.rollback(1)).toThrow("at most the 0 tokens");
  });

  it("says which bytes must come, as far as there is one way", async () => {
    const schema = {
      type: "object",
      properties: { answer: { enum: ["yes", "yesterday"] } },
      required: ["answer"],
      additionalProperties: false,
    };
    const source = { type: "json-schema", schema, whitespace: "none" } as const;
    const matcher = (await compileGrammar(source, vocabulary)).start();
    expect(new TextDecoder().decode(matcher.forced())).toBe('{"answer":"yes');
    const digits = await compileGrammar({ type: "regex", pattern: "é?|x" }, vocabulary);
    expect(digits.start().forced()).toEqual(new Uint8Array());
  });

  it("treats tokens of the same bytes alike", async () => {
    const { vocabulary: twice } = vocabularyOf(["a", "b", "a", "ab", "ab"]);
    const matcher = (
      await compileGrammar({ type: "gbnf", source: 'root ::= "a" root? "b"' }, twice)
    ).start();
    expect(allowedTokens(matcher.mask(), twice.size)).toEqual([2, 4, 5, 6]);
  });
});

describe("a vocabulary", () => {
  it("refuses end tokens that it doesn't have", () => {
    expect(() => new Vocabulary({ tokens: [undefined], endTokens: [1] })).toThrow(
      "ids under 1, found 1",
    );
  });

  it("never allows a token without bytes where text is governed, nor an end token as text", async () => {
    const odd = new Vocabulary({
      tokens: [Uint8Array.of(0x61), new Uint8Array(), Uint8Array.of(0x61), undefined],
      endTokens: [0],
    });
    const matcher = (await compileGrammar({ type: "regex", pattern: "a" }, odd)).start();
    expect(allowedTokens(matcher.mask(), 4)).toEqual([2]);
    expect(matcher.accept(0)).toBe(false);
    expect(matcher.accept(1)).toBe(false);
    matcher.accept(2);
    expect(allowedTokens(matcher.mask(), 4)).toEqual([0]);
  });
});
