// Ten thousand operations at random, against a list of tokens for each session.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadModel, type Model } from "@ryanstream/models";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder, writeGgufModel } from "../../models/test/support/checkpoint.js";
import { run, runnerOf } from "../../models/test/support/steps.js";
import { Engine } from "../src/index.js";
import { setup } from "./support/engines.js";
import { FailingModel } from "./support/failing-model.js";
import { logitsAfter } from "./support/hash-model.js";
import { CHANCE, operation, World } from "./support/random-world.js";

const OPERATIONS = 500;
const RUNS = 20;
const PAGE = 16;
const MOST_PAGES = 30;
const operations = fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS });
const pages = fc.integer({ min: 4, max: MOST_PAGES });
const limits = { maxRows: 40, maxSequences: 5, maxLogits: 12, stallTimeout: 1 };

/** What the operations came to, added up; each has to have happened. */
class Total {
  readonly #counts = new Map<string, number>();

  add(counts: Readonly<Record<string, number>>): void {
    for (const [key, count] of Object.entries(counts)) {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    }
  }

  expectAll(): void {
    for (const [key, count] of this.#counts) expect(count, key).toBeGreaterThan(3);
  }
}

it("holds its promises over 10,000 operations", async () => {
  const total = new Total();
  await fc.assert(
    fc.asyncProperty(operations, pages, async (list, count) => {
      let steps = 0;
      const onStep = () => {
        if (++steps % 7 === 0) throw new Error(CHANCE);
      };
      const { engine, model } = setup({ pages: count, onStep, ...limits });
      const world = new World(engine, (tokens, row) => {
        const expected = logitsAfter(tokens, 50);
        if (!row.every((x, id) => x === expected[id])) throw new Error(`row ${tokens.length}`);
      });
      for (const op of list) await world.do(op);
      await world.end();
      await engine[Symbol.asyncDispose]();
      expect(model.runner.disposed).toBe(true);
      total.add({ ...world.seen, copies: model.runner.copies });
    }),
    { seed: 20260202, numRuns: RUNS, endOnFailure: true },
  );
  total.expectAll();
});

const json = {
  model_type: "qwen2",
  vocab_size: 50,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 4096,
  tie_word_embeddings: true,
};
const SAMPLE = 5;

interface Sample {
  readonly tokens: readonly number[];
  readonly row: Float32Array;
}

/** Whether each row has the bits that its tokens give alone, in one step, in pages that nothing else was in. */
async function expectAlone(model: Model, samples: readonly Sample[]): Promise<void> {
  const sizes = { pages: MOST_PAGES, sequences: 1, maxPages: MOST_PAGES, maxLogits: 1 };
  const table = Int32Array.from({ length: MOST_PAGES }, (_, i) => i);
  for (const { tokens, row } of samples) {
    using runner = runnerOf(model, { ...sizes, maxRows: MOST_PAGES * PAGE, kvType: "bf16" });
    const expected = await run(runner, tokens, { table });
    if (!row.every((x, id) => x === expected[id])) throw new Error(`row ${tokens.length}`);
  }
}

it("holds its promises over 10,000 operations on a real model's paged keys and values", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, json, "Q8_0");
  using model = await loadModel(path);
  const total = new Total();
  await fc.assert(
    fc.asyncProperty(operations, pages, async (list, count) => {
      const failing = new FailingModel(model, 7);
      const memory = count * PAGE * model.kvBytesPerPosition("bf16");
      const engine = new Engine(failing, { memory, pageSize: PAGE, kvType: "bf16", ...limits });
      const samples: Sample[] = [];
      let rows = 0;
      const onRow = (tokens: readonly number[], row: Float32Array) => {
        if (++rows % SAMPLE === 0) samples.push({ tokens, row: row.slice() });
      };
      const world = new World(engine, onRow, () => sleep(1));
      for (const op of list) await world.do(op);
      await world.end();
      await engine[Symbol.asyncDispose]();
      expect(failing.disposed).toBe(true);
      expect(failing.kvBytes).toBeLessThanOrEqual(memory);
      await expectAlone(model, samples);
      total.add({ ...world.seen, copies: failing.copies, samples: samples.length });
    }),
    { seed: 20260203, numRuns: RUNS, endOnFailure: true },
  );
  total.expectAll();
});
