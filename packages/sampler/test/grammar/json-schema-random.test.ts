import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGrammar, type Grammar, SamplerError } from "../../src/index.js";
import { inAnyOrder } from "./support/json-orders.js";
import { instances, schemas } from "./support/random-schema.js";
import { validate } from "./support/validate.js";
import { allowedTokens, END, vocabularyOf } from "./support/vocabularies.js";

const { vocabulary, tokens } = vocabularyOf([
  ...'{}[],:"abcé0125.-\\'.split(""),
  "true",
  "false",
  "null",
  '"a":',
  '":',
  '","',
  "[]",
  '{"',
]);

async function compiled(schema: unknown): Promise<Grammar | "nothing" | "refused"> {
  try {
    return await compileGrammar({ type: "json-schema", schema, whitespace: "none" }, vocabulary);
  } catch (error) {
    if (!(error instanceof SamplerError)) throw error;
    if (/matches nothing/.test(error.message)) return "nothing";
    expect(["ERR_UNSUPPORTED", "ERR_LIMIT"]).toContain(error.code);
    return "refused";
  }
}

const RUNS = 400;

describe("random schemas", () => {
  it("accept the values that a plain reading of them does", async () => {
    const counts = { accepted: 0, rejected: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        schemas(2),
        fc.array(instances, { maxLength: 12 }),
        async (schema, values) => {
          const grammar = await compiled(schema);
          if (grammar === "refused") {
            counts.refused++;
            return;
          }
          for (const value of values) {
            const valid = validate(schema as never, value);
            const accepts =
              grammar !== "nothing" && inAnyOrder(value).some((text) => grammar.matches(text));
            if (accepts !== valid) {
              throw new Error(`${JSON.stringify(schema)}\n${JSON.stringify(value)}: ${valid}`);
            }
            counts[valid ? "accepted" : "rejected"]++;
          }
        },
      ),
      { seed: 11, numRuns: RUNS },
    );
    expect(counts.accepted).toBeGreaterThan(300);
    expect(counts.rejected).toBeGreaterThan(300);
    expect(counts.refused).toBeLessThan(RUNS / 3);
  });

  it("make only values that are valid, by masks that name just the tokens that fit", async () => {
    let complete = 0;
    await fc.assert(
      fc.asyncProperty(
        schemas(2),
        fc.array(fc.nat(9999), { minLength: 40, maxLength: 40 }),
        async (schema, picks) => {
          const grammar = await compiled(schema);
          if (typeof grammar === "string") return;
          const matcher = grammar.start();
          let text = "";
          for (const pick of picks) {
            if (matcher.isComplete) {
              complete++;
              if (!validate(schema as never, JSON.parse(text))) {
                throw new Error(`${JSON.stringify(schema)}\n${text} isn't valid`);
              }
            }
            const allowed = allowedTokens(matcher.mask(), vocabulary.size);
            expect(allowed).toEqual(tokens.flatMap((_, id) => (matcher.allows(id) ? [id] : [])));
            const more = allowed.filter((id) => id !== END);
            if (more.length === 0) break;
            const token = more[pick % more.length] as number;
            matcher.accept(token);
            text += new TextDecoder().decode(tokens[token]);
          }
        },
      ),
      { seed: 12, numRuns: 150 },
    );
    expect(complete).toBeGreaterThan(100);
  });
});
