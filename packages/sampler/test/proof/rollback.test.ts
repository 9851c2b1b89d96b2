// What goes back with a line: text, penalties, random numbers and grammar.

import fc from "fast-check";
import { expect, it } from "vitest";
import {
  compileGrammar,
  LogitsSampler,
  ProofSampler,
  type ProofSamplerOptions,
  Vocabulary,
} from "../../src/index.js";
import { logitsFor, scriptedEngine } from "./support/scripted-engine.js";
import { id, run, stop, texts, tokenizer } from "./support/scripted-run.js";

it("what goes back with a line is everything: the rest is chosen as if it never had been", async () => {
  const words = [id("a"), id("b"), id("c"), id("\n")];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 64, maxLength: 64 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 1 }),
      async (weights, rejected, drawn) => {
        const logitsOf = (held: readonly number[]) => {
          const hash = held.reduce((all, token, i) => (all * 31 + token * (i + 7)) % 61, 7);
          const logits = new Float32Array(texts.length).fill(-Infinity);
          for (const [i, word] of words.entries())
            logits[word] = weights[(hash + i) % 64] as number;
          return logits;
        };
        const options = {
          temperature: drawn,
          repetitionPenalty: 1.3,
          frequencyPenalty: 0.4,
          dryMultiplier: 0.5,
          seed: 5,
        };
        let calls = 0;
        const engine = scriptedEngine(logitsOf);
        const sampler = new ProofSampler(tokenizer, {
          ...options,
          mode: drawn === 0 ? "greedy" : "sample",
          backtrack: { temperature: drawn, heat: 0, budget: 100, retries: 2 },
          checkSteps: false,
          verifiers: [() => (calls++ === rejected ? "false" : "true")],
        });
        const { text, tokens, steps } = await sampler.sample(engine.session(), [0], {
          maxNewTokens: 24,
        });
        // From the line after the one that was written anew, a fresh sampler says the same.
        const rewritten = steps.findIndex(({ retries }) => retries > 0);
        let step = -1;
        const lines = text.split("\n");
        const from = lines.findIndex((each) => each.trim() !== "" && ++step === rewritten) + 1;
        const fresh = new LogitsSampler(options);
        const state = fresh.start([0]);
        let line = 0;
        for (const token of tokens) {
          if (line >= from) {
            const { token: chosen } = fresh.sample(
              logitsOf([0, ...state.tokens.slice(1, state.length)]),
              state,
            );
            expect(chosen).toBe(token);
          } else state.push(token);
          if (texts[token] === "\n") line++;
        }
        expect(engine.open).toBe(1);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

it("a line that stays after all retries leaves everything as if none had been tried", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 64, maxLength: 64 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      async (weights, refused, mirostat) => {
        const words = [id("a"), id("b"), id("c"), id("\n"), stop];
        const logitsOf = (held: readonly number[]) => {
          const hash = held.reduce((all, token, i) => (all * 31 + token * (i + 7)) % 61, 7);
          const logits = new Float32Array(texts.length).fill(-Infinity);
          for (const [i, word] of words.entries())
            logits[word] = weights[(hash + i) % 64] as number;
          return logits;
        };
        const say = async (backtrack: ProofSamplerOptions["backtrack"] & {}) => {
          const sampler = new ProofSampler(tokenizer, {
            mode: "sample",
            temperature: 1,
            mirostat: mirostat as 0 | 1 | 2,
            frequencyPenalty: 0.5,
            seed: 7,
            stopTokens: [stop],
            backtrack,
            checkSteps: false,
            verifiers: [(_, { line }) => (line === refused ? "false" : "true")],
          });
          const engine = scriptedEngine(logitsOf);
          const { tokens, text, steps } = await sampler.sample(engine.session(), [0], {
            maxNewTokens: 20,
          });
          return { tokens, text, said: steps.map((step) => step.text) };
        };
        expect(await say({ retries: 3, budget: 100 })).toEqual(await say(false));
      },
    ),
    { numRuns: 80, seed: 2 },
  );
});

it("a grammar holds through retries, and ends the text", async () => {
  const encoder = new TextEncoder();
  const bytes = texts.map((text, i) => (i < 2 ? undefined : encoder.encode(text)));
  const vocabulary = new Vocabulary({ tokens: bytes, endTokens: [stop] });
  const grammar = await compileGrammar({ type: "regex", pattern: "(a[bc]\\n){3}b" }, vocabulary);
  const logits = () => logitsFor(texts.length, new Map(texts.map((_, i) => [i, 1 / (i + 1)])));
  for (const drawn of [0, 1]) {
    let refused = 0;
    const engine = scriptedEngine(logits);
    const sampler = new ProofSampler(tokenizer, {
      mode: "constrained",
      temperature: drawn,
      seed: 3,
      grammar,
      stopTokens: [stop],
      checkSteps: false,
      verifiers: [() => (refused++ % 2 === 0 ? "false" : "true")],
    });
    const { text, finish } = await sampler.sample(engine.session(), [0], { maxNewTokens: 40 });
    expect(text).toMatch(/^(a[bc]\n){3}b$/);
    expect(finish).toBe("stop");
    expect(refused).toBeGreaterThan(4);
  }
});

it("the same seed gives the same bytes, another one others", async () => {
  const says = { "": ["a", "b", "c"], a: ["b", "c"], b: ["a", "c"], c: ["a", "b"] };
  const texts = await Promise.all(
    [1, 1, ...Array.from({ length: 20 }, (_, i) => i + 2)].map(
      async (seed) => (await run(says, { mode: "sample", temperature: 1, seed })).result.text,
    ),
  );
  expect(texts[0]).toBe(texts[1]);
  expect(new Set(texts).size).toBeGreaterThan(2);
});
