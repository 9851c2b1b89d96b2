import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGrammar } from "../../src/index.js";
import { allowedTokens, allTexts, END, vocabularyOf } from "./support/vocabularies.js";

const SPECIAL = 1;
const { vocabulary, tokens } = vocabularyOf([
  ...allTexts("<a1>", 3).slice(1),
  "a<<1>",
  "<<<<",
  "é",
]);
const text = (token: number) => new TextDecoder().decode(tokens[token]);

/** Whether a text is a whole one and whether it begins one, where `<<` is followed by `1+>`, by plain search. */
function check(all: string, then: "free" | "end"): { whole: boolean; begins: boolean } {
  const at = all.indexOf("<<");
  if (at < 0) return { whole: true, begins: true };
  const rest = all.slice(at + 2);
  if (/^1*$/.test(rest)) return { whole: false, begins: true };
  const inner = /^1+>/.exec(rest);
  if (inner === null) return { whole: false, begins: false };
  const after = rest.slice(inner[0].length);
  if (then === "end") return { whole: after === "", begins: after === "" };
  return check(after, then);
}

describe("trigger grammars", () => {
  it.each(["free", "end"] as const)(
    "leave text free but for what follows a trigger, then %s",
    async (then) => {
      const grammar = await compileGrammar(
        {
          type: "trigger",
          triggers: ["<<"],
          grammar: { type: "regex", pattern: "1+>" },
          after: then,
        },
        vocabulary,
      );
      fc.assert(
        fc.property(fc.array(fc.nat(9999), { maxLength: 8 }), (picks) => {
          const matcher = grammar.start();
          let written = "";
          for (const pick of [...picks, 0]) {
            const { whole } = check(written, then);
            expect(matcher.isComplete).toBe(whole);
            const expected = tokens.flatMap((_, token) => {
              if (token === END) return whole ? [token] : [];
              if (token === SPECIAL)
                return whole && (then === "free" || !written.includes("<<")) ? [token] : [];
              return check(written + text(token), then).begins ? [token] : [];
            });
            expect(allowedTokens(matcher.mask(), tokens.length)).toEqual(expected);
            const more = expected.filter((token) => token > SPECIAL);
            if (more.length === 0) break;
            const token = more[pick % more.length] as number;
            expect(matcher.accept(token)).toBe(true);
            written += text(token);
          }
        }),
        { seed: 5, numRuns: 300 },
      );
    },
  );

  it("have no mask outside of the span, where no token holds a whole trigger", async () => {
    const { vocabulary: plain } = vocabularyOf([
      "So ",
      "\\box",
      "ed{",
      "ed{}",
      "4",
      "2",
      "}",
      " Done.",
    ]);
    const grammar = await compileGrammar(
      { type: "trigger", triggers: ["\\boxed{"], grammar: { type: "regex", pattern: "[0-9]+\\}" } },
      plain,
    );
    const matcher = grammar.start();
    expect(matcher.mask()).toBeUndefined();
    matcher.accept(2);
    expect(matcher.mask()).toBeUndefined();
    expect(matcher.accept(SPECIAL)).toBe(true);
    matcher.accept(3);
    // A token that ends the trigger and goes on wrongly is the only one left out.
    expect(allowedTokens(matcher.mask(), 10)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
    matcher.accept(4);
    expect(allowedTokens(matcher.mask(), 10)).toEqual([6, 7]);
    expect(matcher.accept(SPECIAL)).toBe(false);
    matcher.accept(6);
    matcher.accept(8);
    expect(matcher.mask()).toBeUndefined();
    expect(matcher.isComplete).toBe(true);
  });

  it("may have several triggers, one within another", async () => {
    const grammar = await compileGrammar(
      { type: "trigger", triggers: ["<1", "a<1a"], grammar: { type: "regex", pattern: "a>" } },
      vocabulary,
    );
    expect(grammar.matches("a<1a>")).toBe(true);
    expect(grammar.matches("<<1a><")).toBe(true);
    expect(grammar.matches("a<1>")).toBe(false);
  });

  it("refuse triggers that are empty", async () => {
    const grammar = { type: "regex", pattern: "a" } as const;
    for (const triggers of [[], [""]]) {
      await expect(
        compileGrammar({ type: "trigger", triggers, grammar }, vocabulary),
      ).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
    }
  });
});
