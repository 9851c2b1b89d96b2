// Logits that were disposed of give their memory to later steps; no others do.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, type EngineModel, generate, type Logits, type Step } from "../src/index.js";
import { code, setup, tokensOf } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

describe("logits", () => {
  it("have no rows once they are disposed of", async () => {
    const { engine } = setup();
    using session = engine.createSession();
    const logits = await session.append([1, 2, 3], "all");
    expect(logits.rows).toBe(3);
    logits[Symbol.dispose]();
    logits[Symbol.dispose]();
    expect(logits.rows).toBe(0);
    expect(() => logits.last).toThrow(code("ERR_ARGUMENT"));
    engine[Symbol.dispose]();
  });

  it("keep what they hold while others come and go", async () => {
    const dispositions = fc.array(
      fc.record({
        sessions: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
        want: fc.constantFrom("last" as const, "all" as const),
        keep: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(dispositions, async (rounds) => {
        const { engine } = setup({ maxRows: 8, maxLogits: 8, maxSequences: 3 });
        const sessions = Array.from({ length: 4 }, () => engine.createSession());
        const held = sessions.map((): number[] => []);
        const kept: { logits: Logits; expected: Float32Array[] }[] = [];
        for (const [round, { sessions: chosen, want, keep }] of rounds.entries()) {
          const appends = [...new Set(chosen)].map(async (index) => {
            const tokens = tokensOf(1 + ((round * 5 + index) % 11), round);
            const logits = await sessions[index]?.append(tokens, want);
            const before = held[index]?.length ?? 0;
            held[index]?.push(...tokens);
            const wanted = want === "all" ? [...tokens.keys()] : [tokens.length - 1];
            const expected = wanted.map((row) =>
              logitsAfter((held[index] as number[]).slice(0, before + row + 1), 50),
            );
            if (logits !== undefined) kept.push({ logits, expected });
          });
          await Promise.all(appends);
          for (const { logits, expected } of kept) {
            expect(Array.from({ length: logits.rows }, (_, i) => logits.row(i))).toEqual(expected);
          }
          // Those that are let go on are forgotten; the memory of the others must not change.
          for (let i = kept.length - 1; i >= 0; i--) {
            if (keep[i % 4]) continue;
            kept[i]?.logits[Symbol.dispose]();
            kept.splice(i, 1);
          }
        }
        for (const session of sessions) session[Symbol.dispose]();
        engine[Symbol.dispose]();
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

it("holds more rows than a call has arguments", async () => {
  const steps: Step[] = [];
  // Without a past, which the hash model would read for each row.
  const model: EngineModel = {
    vocabularySize: 1,
    maxPositions: 2 ** 18,
    kvBytesPerPosition: () => 1,
    createRunner: () => ({
      run: async (step) => {
        steps.push(step);
        return Float32Array.from(step.logitRows);
      },
      copyPage() {},
      [Symbol.dispose]() {},
    }),
  };
  using large = new Engine(model, { memory: 2 ** 18, maxRows: 2 ** 18, maxLogits: 2 ** 18 });
  using session = large.createSession();
  const logits = await session.append(new Int32Array(2 ** 18), "all");
  expect(steps).toHaveLength(1);
  expect([logits.rows, logits.last[0]]).toEqual([2 ** 18, 2 ** 18 - 1]);
});

it("keeps no large array for a step of few rows", async () => {
  const { engine, model } = setup({ maxRows: 64, maxLogits: 64 });
  using session = engine.createSession();
  (await session.append(tokensOf(64), "all"))[Symbol.dispose]();
  const kept = await session.append([1]);
  expect(kept.last.buffer.byteLength).toBe(50 * 4);
  expect(model.runner.filled).toEqual([]);
  engine[Symbol.dispose]();
});

describe("generation", () => {
  it("takes the same memory again and again, also of fewer and of more sequences", async () => {
    const { engine, model } = setup();
    const run = async (seed: number, maxTokens: number) => {
      using session = engine.createSession();
      for await (const _ of generate(session, tokensOf(3, seed), { maxTokens }));
    };
    await Promise.all([run(1, 20), run(2, 10), run(3, 15)]);
    const { filled, steps } = model.runner;
    // All but the first step, whose array is the largest.
    expect(filled).toHaveLength(steps.length - 1);
    expect(new Set(filled).size).toBe(1);
    await Promise.all([1, 2, 3, 4, 5].map((seed) => run(seed, 5)));
    expect(filled).toHaveLength(steps.length - 2);
    expect(new Set(filled).size).toBe(2);
    engine[Symbol.dispose]();
  });

  it("leaves alone what processLogits has seen", async () => {
    const { engine, model } = setup();
    using session = engine.createSession();
    const seen: Float32Array[] = [];
    const copies: Float32Array[] = [];
    const processLogits = (logits: Float32Array) => {
      seen.push(logits);
      copies.push(logits.slice());
    };
    for await (const _ of generate(session, [1, 2], { maxTokens: 10, processLogits }));
    expect(seen).toEqual(copies);
    expect(model.runner.filled).toEqual([]);
    engine[Symbol.dispose]();
  });
});
