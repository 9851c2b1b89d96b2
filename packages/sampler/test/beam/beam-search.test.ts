// Beam search against transformers and against trying all sequences.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BeamSearchOptions, beamSearch } from "../../src/index.js";
import { code } from "../sampling/support.js";
import { type Table, TableSession, type World } from "./table-session.js";

const seed = 20261203;

const golden = JSON.parse(
  readFileSync(new URL("../golden/hf-beams.json", import.meta.url), "utf8"),
) as {
  readonly versions: { readonly transformers: string };
  readonly stop: number;
  readonly prompt: number[];
  readonly tables: readonly Table[];
  /** In the order of `columns`: sequences are digits. */
  readonly cases: readonly (readonly [
    table: number,
    beams: number,
    lengthPenalty: number,
    earlyStopping: boolean | "never",
    maxTokens: number,
    sequences: string[],
    scores: number[],
  ])[];
};
const [someTable = []] = golden.tables;

const worldOf = (table: Table, rejectAt?: number): World => ({
  ...{ table, live: 0, most: 0, together: 0, appends: 0 },
  ...(rejectAt === undefined ? {} : { rejectAt }),
});

describe(`is that of transformers ${golden.versions.transformers}`, () => {
  it.each([...golden.tables.keys()])("of table %s", async (index) => {
    const cases = golden.cases.filter(([table]) => table === index);
    expect(cases).toHaveLength(72);
    for (const [, beams, lengthPenalty, earlyStopping, maxTokens, sequences, scores] of cases) {
      const options = { beams, lengthPenalty, earlyStopping, maxTokens };
      const world = worldOf(golden.tables[index] as Table);
      const found = await beamSearch(new TableSession(world), golden.prompt, {
        ...options,
        ...{ count: beams, stopTokens: [golden.stop] },
      });
      const name = JSON.stringify(options);
      const texts = found.map(({ tokens }) => tokens.join(""));
      expect(texts, name).toEqual(sequences);
      found.forEach(({ score }, i) => {
        expect(score / (scores[i] as number), name).toBeCloseTo(1, 4);
      });
    }
  });
});

/** Every sequence that ends, with its logprob. */
function* all(
  table: Table,
  before: number,
  last: number,
  left: number,
  stop: number,
): Generator<{
  tokens: number[];
  logprob: number;
}> {
  const row = table[before]?.[last] ?? [];
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  for (const [token, logit] of row.entries()) {
    const logprob = logit - total;
    if (token === stop || left === 1) yield { tokens: [token], logprob };
    else {
      for (const rest of all(table, last, token, left - 1, stop)) {
        yield { tokens: [token, ...rest.tokens], logprob: logprob + rest.logprob };
      }
    }
  }
}

const tableOf = (size: number) => {
  const row = fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: size, maxLength: size });
  const rows = fc.array(row, { minLength: size, maxLength: size });
  return fc
    .array(rows, { minLength: size, maxLength: size })
    .map((table) => table.map((part) => part.map((one) => one.map((x) => x / 997))));
};

it("finds the best of all sequences with as many beams as there are", async () => {
  await fc.assert(
    fc.asyncProperty(
      tableOf(3),
      fc.constantFrom(0, 0.5, 1, 2),
      fc.integer({ min: 1, max: 4 }),
      async (table, lengthPenalty, maxTokens) => {
        const ranked = [...all(table, 1, 2, maxTokens, 0)].map(({ tokens, logprob }) => ({
          tokens,
          score: logprob / tokens.length ** lengthPenalty,
        }));
        ranked.sort((a, b) => b.score - a.score);
        const beams = 3 ** maxTokens;
        const options = {
          beams,
          maxTokens,
          lengthPenalty,
          stopTokens: [0],
          count: Math.min(5, beams),
        };
        const found = await beamSearch(new TableSession(worldOf(table)), [1, 2], {
          ...options,
          earlyStopping: "never",
        });
        expect(found.length).toBe(Math.min(options.count, ranked.length));
        found.forEach(({ score, tokens }, i) => {
          expect(score).toBeCloseTo(ranked[i]?.score as number, 5);
          const same = ranked.filter((one) => Math.abs(one.score - score) < 1e-5);
          expect(same.map((one) => String(one.tokens))).toContain(String(tokens));
        });
      },
    ),
    { seed, numRuns: 100 },
  );
});

describe("a search", () => {
  const search = (world: World, options: BeamSearchOptions, session = new TableSession(world)) =>
    beamSearch(session, golden.prompt, { maxTokens: 6, stopTokens: [0], ...options });

  it("with one beam is greedy", async () => {
    const [beam] = await search(worldOf(someTable), { beams: 1 });
    const tokens = [...golden.prompt];
    while (tokens.length < 8 && tokens.at(-1) !== 0) {
      const row = someTable[tokens.at(-2) as number]?.[tokens.at(-1) as number] ?? [];
      tokens.push(row.indexOf(Math.max(...row)));
    }
    expect(beam?.tokens).toEqual(tokens.slice(2));
    expect(beam?.finishReason).toBe(tokens.at(-1) === 0 ? "stop" : "length");
  });

  it("leaves the prompt in the session, and no fork", async () => {
    const world = worldOf(someTable);
    const session = new TableSession(world);
    await search(world, { beams: 4 }, session);
    expect([...session.tokens]).toEqual(golden.prompt);
    expect(world.live).toBe(1);
    expect(world.together).toBe(4);
  });

  it("holds no more forks than it follows, and those that begin", async () => {
    for (const table of golden.tables) {
      const world = worldOf(table);
      await search(world, { beams: 3, stopTokens: [], maxTokens: 60 });
      expect(world.most).toBeLessThanOrEqual(1 + 3 + 2);
      expect(world.live).toBe(1);
    }
  });

  it("leaves no fork when an append fails, or the signal is aborted", async () => {
    const failing = worldOf(someTable, 7);
    await expect(search(failing, { beams: 3 })).rejects.toThrow("no memory");
    expect(failing.live).toBe(1);
    const world = worldOf(someTable);
    const controller = new AbortController();
    const process = (_: Float32Array, tokens: readonly number[]) => {
      if (tokens.length === 2) controller.abort(new Error("enough"));
    };
    const { signal } = controller;
    await expect(search(world, { beams: 3, process, signal })).rejects.toThrow("enough");
    expect(world.live).toBe(1);
    await expect(search(world, { signal })).rejects.toThrow("enough");
  });

  it("forbids what `process` forbids, by beam", async () => {
    const process = (logits: Float32Array, tokens: readonly number[]) => {
      for (const token of tokens) logits[token] = -Infinity;
    };
    const found = await search(worldOf(someTable), {
      beams: 4,
      count: 4,
      process,
      maxTokens: 4,
    });
    expect(found).toHaveLength(4);
    for (const { tokens } of found) expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("refuses options and logits that are wrong", async () => {
    const world = worldOf(someTable);
    const refuses = (options: BeamSearchOptions, name: RegExp) =>
      expect(search(world, options)).rejects.toThrow(code("ERR_ARGUMENT", name));
    await refuses({ beams: 0 }, /beams/);
    await refuses({ beams: 2, count: 3 }, /count/);
    await refuses({ maxTokens: 0 }, /maxTokens/);
    await refuses({ lengthPenalty: Number.NaN }, /lengthPenalty/);
    await refuses({ earlyStopping: "always" as "never" }, /earlyStopping/);
    await refuses({ stopTokens: [-1] }, /stopTokens/);
    await expect(beamSearch(new TableSession(world), [], { maxTokens: 1 })).rejects.toThrow(
      code("ERR_ARGUMENT", /prompt/),
    );
    await expect(beamSearch(new TableSession(world), [1])).rejects.toThrow(
      code("ERR_ARGUMENT", /maxTokens/),
    );
    const forbidAll = (logits: Float32Array) => logits.fill(-Infinity);
    await expect(search(world, { process: forbidAll })).rejects.toThrow(code("ERR_DEAD_END"));
    const break1 = (logits: Float32Array) => logits.fill(Number.NaN, 1, 2);
    await expect(search(world, { process: break1 })).rejects.toThrow(
      code("ERR_LOGITS", /logits\[1\]/),
    );
    expect(world.live).toBeGreaterThan(0);
  });
});
