// Sessions of a real model: whatever way a sequence came about and whoever shared its steps,
// its logits have the same bits.

import { join } from "node:path";
import { loadModel } from "@ryanstream/models";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeGgufModel } from "../../models/test/support/checkpoint.js";
import { Engine, type EngineOptions, generate, type KvType, type Session } from "../src/index.js";

const json = {
  model_type: "qwen2",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

async function withEngine(
  dtype: "F32" | "Q8_0" | "Q4_0",
  options: Partial<EngineOptions>,
  use: (engine: Engine) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, json, dtype);
  using model = await loadModel(path);
  using engine = new Engine(model, { memory: 2 ** 21, pageSize: 16, maxRows: 64, ...options });
  await use(engine);
}

const tokensOf = (length: number, seed: number) =>
  Array.from({ length }, (_, i) => (Math.imul(seed * 131 + i + 1, 2654435761) >>> 8) % 96);

const bits = (x: Float32Array) => Buffer.from(x.slice().buffer).toString("hex");

/** Something that happens to a session, after which it has `tokens` again. */
type Detour = "cut" | "fork" | "fork and write" | "none";

async function travel(
  session: Session,
  tokens: readonly number[],
  cuts: readonly number[],
  detours: readonly Detour[],
): Promise<{ session: Session; last: string }> {
  let last = "";
  let at = 0;
  let current = session;
  for (const [i, cut] of [...cuts, tokens.length].entries()) {
    if (cut <= at) continue;
    last = bits((await current.append(tokens.slice(at, cut))).last);
    at = cut;
    const detour = detours[i % detours.length];
    if (detour === "cut") {
      const keep = Math.floor(at / 2);
      await current.append([7, 8, 9]);
      current.truncate(keep);
      last = bits((await current.append(tokens.slice(keep, at))).last);
    } else if (detour === "fork" || detour === "fork and write") {
      const other = current.fork();
      if (detour === "fork and write") await other.append([5, 6]);
      // One of the two goes on, the other ends.
      if (i % 2 === 0) {
        current[Symbol.dispose]();
        current = other;
        current.truncate(at);
      } else other[Symbol.dispose]();
    }
  }
  return { session: current, last };
}

const journey = fc.record({
  seed: fc.nat(1000),
  length: fc.integer({ min: 1, max: 90 }),
  cuts: fc.array(fc.integer({ min: 1, max: 89 }), { maxLength: 4 }),
  detours: fc.array(fc.constantFrom<Detour>("cut", "fork", "fork and write", "none"), {
    minLength: 1,
    maxLength: 4,
  }),
});

describe.each([
  ["F32", "f32"],
  ["Q8_0", "f16"],
  ["Q4_0", "bf16"],
] as const)("%s weights with keys in %s", (dtype, kvType: KvType) => {
  it("gives the same bits to a sequence alone and on any way among 1 to 32 others", () =>
    withEngine(dtype, { kvType }, (engine) =>
      fc.assert(
        fc.asyncProperty(fc.array(journey, { minLength: 1, maxLength: 33 }), async (journeys) => {
          const together = await Promise.all(
            journeys.map(async ({ seed, length, cuts, detours }) => {
              const sorted = cuts.filter((cut) => cut < length).sort((a, b) => a - b);
              const tokens = tokensOf(length, seed);
              const { session, last } = await travel(
                engine.createSession(),
                tokens,
                sorted,
                detours,
              );
              expect(session.length).toBe(length);
              session[Symbol.dispose]();
              return last;
            }),
          );
          for (const [i, { seed, length }] of journeys.entries()) {
            using session = engine.createSession();
            const { last } = await session.append(tokensOf(length, seed));
            expect(together[i] === bits(last)).toBe(true);
          }
          expect(engine.stats.usedPages).toBe(0);
        }),
        { seed: 8, numRuns: 6 },
      ),
    ));
});

it("generates the same tokens alone and beside others, by the seed", () =>
  withEngine("Q8_0", {}, async (engine) => {
    const answer = async (seed: number) => {
      using session = engine.createSession();
      const tokens: number[] = [];
      const options = { maxTokens: 24, temperature: 1, topP: 0.95, seed };
      for await (const { token } of generate(session, tokensOf(30, seed), options))
        tokens.push(token);
      return tokens.join();
    };
    const together = await Promise.all(Array.from({ length: 12 }, (_, i) => answer(i)));
    for (const [i, each] of together.entries()) expect(await answer(i)).toBe(each);
    expect(new Set(together).size).toBe(12);
  }));
