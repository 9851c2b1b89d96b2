// Decoding that checks its own work over a real engine.

import { abacus } from "@ryanstream/model-abacus";
import { loadModel } from "@ryanstream/models";
import { problems } from "@ryanstream/problems";
import { type ProofResult, ProofSampler, type ProofSamplerOptions } from "@ryanstream/sampler";
import { Engine } from "@ryanstream/scheduler";
import { Tokenizer } from "@ryanstream/tokenizer";
import { expect, it } from "vitest";
import { endTokensOf } from "../../src/model/end-tokens.js";
import { questionPrompt } from "../../src/solving/question-prompt.js";

const asked = [...problems({ seed: 11, split: "test", count: 10 })];

async function solve(options: ProofSamplerOptions, together: number): Promise<ProofResult[]> {
  using model = await loadModel(abacus);
  const tokenizer = await Tokenizer.load(abacus);
  const memory = 96 * 512 * model.kvBytesPerPosition("f32");
  await using engine = new Engine(model, {
    memory,
    kvType: "f32",
    maxLength: 512,
    maxSequences: 96,
  });
  const results: ProofResult[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < asked.length; i = next++) {
      const { question } = asked[i] as (typeof asked)[0];
      const stopTokens = endTokensOf(model, tokenizer);
      const sampler = new ProofSampler(tokenizer, { seed: i, ...options, stopTokens });
      using session = engine.createSession();
      const prompt = await questionPrompt(question, tokenizer);
      results[i] = await sampler.sample(session, prompt, { maxNewTokens: 200, question });
      expect(session.length).toBe(0);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  expect(engine.stats).toMatchObject({ sessions: 0, usedPages: 0 });
  return results;
}

const essence = (results: readonly ProofResult[]) =>
  results.map(({ text, tokens, answer, steps, votes }) => ({ text, tokens, answer, steps, votes }));
const correct = (results: readonly ProofResult[]) =>
  results.filter(({ answer }, i) => answer === asked[i]?.answer.text).length;

it.each<[string, ProofSamplerOptions]>([
  ["greedy", {}],
  ["sampled", { mode: "sample", temperature: 0.8, topK: 20 }],
  ["voted", { mode: "vote", chains: 3, temperature: 0.6 }],
  ["searched", { mode: "search", chains: 2, branches: 2 }],
])("%s: alone or beside others, the bits are the same", async (_, options) => {
  const [alone, beside] = [await solve(options, 1), await solve(options, 8)];
  expect(essence(beside)).toEqual(essence(alone));
});

it("solves more than plain decoding, by lines that it corrected", async () => {
  const plain = await solve({ backtrack: false, checkSteps: false }, 8);
  const proven = await solve({}, 8);
  expect(correct(proven)).toBeGreaterThan(correct(plain));
  const statuses = proven.flatMap(({ steps }) => steps.map(({ status }) => status));
  expect(statuses).toContain("corrected");
  // A line that no retry was needed for is what plain decoding says.
  for (const [i, { text, steps }] of proven.entries()) {
    if (steps.every(({ retries, status }) => retries === 0 && status !== "false")) {
      expect(text).toBe(plain[i]?.text);
    }
  }
});
