import { describe, expect, it } from "vitest";
import { compileGrammar, type GrammarSource, Vocabulary } from "../../src/index.js";

const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });

async function outcome(source: GrammarSource): Promise<string> {
  try {
    await compileGrammar(source, vocabulary);
    return "compiled";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const schema = (value: unknown): GrammarSource => ({ type: "json-schema", schema: value });
const regex = (pattern: string): GrammarSource => ({ type: "regex", pattern });
const gbnf = (source: string): GrammarSource => ({ type: "gbnf", source });

function nest<T>(depth: number, inner: T, wrap: (inner: T, depth: number) => T): T {
  return depth === 0 ? inner : wrap(nest(depth - 1, inner, wrap), depth);
}

const oneOf = (depth: number) =>
  nest<object>(depth, { type: "string" }, (inner, i) => ({
    oneOf: [
      { type: "object", properties: { [`a${i}`]: inner }, required: [`a${i}`] },
      { type: "object", properties: { [`b${i}`]: inner }, required: [`b${i}`] },
      inner,
    ],
  }));

describe("compiling is bounded", () => {
  it.each<[string, GrammarSource, string[]]>([
    ["oneOf 12 deep", schema(oneOf(12)), ["compiled", "ERR_LIMIT"]],
    [
      "not of anyOf of many properties",
      schema({
        not: {
          anyOf: Array.from({ length: 30 }, (_, i) => ({
            type: "object",
            properties: { [`x${i}`]: { type: "string" }, [`y${i}`]: { type: "null" } },
            required: [`x${i}`],
          })),
        },
      }),
      ["ERR_LIMIT"],
    ],
    ["x? 5,000 times", gbnf(`root ::= ${'"x"? '.repeat(5000)}`), ["compiled"]],
    ["a large repeat", regex("a{1,100000}"), ["compiled"]],
    ["a larger repeat", regex("a{1,10000000}"), ["ERR_LIMIT"]],
    ["repeats of repeats", regex("(((a{0,99}){0,99}){0,99}){0,99}"), ["ERR_LIMIT"]],
    ["a long string", schema({ type: "string", maxLength: 10_000 }), ["compiled"]],
    ["a string too long", schema({ type: "string", maxLength: 1_000_000 }), ["ERR_LIMIT"]],
    ["a pattern whose automaton explodes", schema({ pattern: "a.{30}$" }), ["ERR_LIMIT"]],
    ["many items", schema({ minItems: 50_000 }), ["compiled", "ERR_LIMIT"]],
    ["deep parentheses", regex("(".repeat(10_000) + ")".repeat(10_000)), ["ERR_LIMIT"]],
    ["a deep schema", schema(nest<object>(2000, {}, (inner) => ({ items: inner }))), ["ERR_LIMIT"]],
    [
      "rules that double 60 times",
      gbnf(
        `${Array.from({ length: 60 }, (_, i) => `r${i} ::= r${i + 1} r${i + 1}`).join("\n")}\nr60 ::= "a"\nroot ::= r0`,
      ),
      ["compiled", "ERR_LIMIT"],
    ],
    ["a long source", gbnf(`root ::= "${"a".repeat(1_000_001)}"`), ["ERR_LIMIT"]],
  ])("%s", async (_, source, expected) => {
    const start = performance.now();
    expect(expected).toContain(await outcome(source));
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("stops at a signal, before and while it runs", async () => {
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    await expect(compileGrammar(regex("a"), vocabulary, { signal: aborted })).rejects.toBe(reason);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 1);
    const long = regex(`(${"[a-c]{9}".repeat(2000)}){8}`);
    await expect(compileGrammar(long, vocabulary, { signal: controller.signal })).rejects.toBe(
      reason,
    );
  });

  it("lets limits be set, and refuses ones that aren't", async () => {
    const limits = { states: 50 };
    await expect(compileGrammar(regex("a{60}"), vocabulary, { limits })).rejects.toMatchObject({
      code: "ERR_LIMIT",
    });
    for (const wrong of [{ states: 0 }, { states: Number.NaN }, { sates: 5 } as object]) {
      await expect(compileGrammar(regex("a"), vocabulary, { limits: wrong })).rejects.toMatchObject(
        {
          code: "ERR_ARGUMENT",
        },
      );
    }
  });
});
