import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileGrammar, SamplerError, Vocabulary } from "../../src/index.js";
import { inAnyOrder } from "./support/json-orders.js";

type Group = [
  name: string,
  schema: unknown,
  tests: [name: string, data: unknown, valid: boolean][],
];
const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url);
const suite: { files: Record<string, Group[]> } = JSON.parse(
  readFileSync(golden("json-schema-suite.json"), "utf8"),
);

interface Counts {
  right: number;
  refused: number;
  wrong: number;
}

/** Set `RYANSTREAM_UPDATE_GOLDEN` to write the table anew after something more is supported. */
const update = process.env["RYANSTREAM_UPDATE_GOLDEN"] !== undefined;

describe("JSON-Schema-Test-Suite, draft 2020-12", () => {
  it("has the cases right that the table says, refuses the others, and has none wrong", async () => {
    const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });
    const table: Record<string, Counts> = {};
    const wrong: string[] = [];
    for (const [file, groups] of Object.entries(suite.files)) {
      const counts = { right: 0, refused: 0, wrong: 0 };
      table[file] = counts;
      for (const [name, schema, tests] of groups) {
        let grammar: Awaited<ReturnType<typeof compileGrammar>> | undefined;
        try {
          grammar = await compileGrammar({ type: "json-schema", schema }, vocabulary);
        } catch (error) {
          if (!(error instanceof SamplerError)) throw error;
          if (!/matches nothing/.test(error.message)) {
            counts.refused += tests.length;
            continue;
          }
        }
        for (const [test, data, valid] of tests) {
          const accepted = inAnyOrder(data).some((text) => grammar?.matches(text));
          if (accepted === valid) counts.right++;
          else {
            counts.wrong++;
            wrong.push(`${file}: ${name}: ${test}: expected ${valid}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    const total = { right: 0, refused: 0, wrong: 0 };
    for (const counts of Object.values(table)) {
      for (const key of ["right", "refused", "wrong"] as const) total[key] += counts[key];
    }
    const found = { total, ...table };
    if (update) {
      writeFileSync(golden("json-schema-suite-table.json"), `${JSON.stringify(found, null, 1)}\n`);
    }
    expect(found).toEqual(JSON.parse(readFileSync(golden("json-schema-suite-table.json"), "utf8")));
  });
});
