// The process that samples: it gets questions and gives answers, and never sees what is right.

import { abacus } from "@ryanstream/model-abacus";
import { loadModel } from "@ryanstream/models";
import { ProofSampler, uniform } from "@ryanstream/sampler";
import { Engine } from "@ryanstream/scheduler";
import { Tokenizer } from "@ryanstream/tokenizer";
import { endTokensOf } from "../../../packages/ryanstream/src/model/end-tokens.js";
import { questionPrompt } from "../../../packages/ryanstream/src/solving/question-prompt.js";
import type { ArmReply, ArmRequest, Attempt } from "./protocol.js";

const pageSize = 64;
const maxLength = 1024;
const sequences = 128;

const tokenizer = await Tokenizer.load(abacus);
const model = await loadModel(abacus);
const engine = new Engine(model, {
  memory: sequences * maxLength * model.kvBytesPerPosition("f32"),
  kvType: "f32",
  pageSize,
  maxLength,
  maxSequences: sequences,
});
const stopTokens = endTokensOf(model, tokenizer);

process.on("message", async (request: ArmRequest) => {
  const start = performance.now();
  const attempts: Attempt[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < request.questions.length; i = next++) {
      attempts[i] = await attempt(request, i);
    }
  };
  await Promise.all(Array.from({ length: request.together }, worker));
  const reply: ArmReply = { attempts, seconds: (performance.now() - start) / 1e3 };
  process.send?.(reply);
});
process.send?.("ready");

async function attempt(request: ArmRequest, index: number): Promise<Attempt> {
  const { options, placebo, seed, maxNewTokens } = request;
  const question = request.questions[index] as string;
  let drafts = 0;
  const atRandom = () =>
    uniform({ seed, sequence: index, position: drafts++, attempt: 0 }) < (placebo ?? 0)
      ? "false"
      : "uncheckable";
  const sampler = new ProofSampler(tokenizer, {
    ...options,
    stopTokens,
    seed: seed * 1e6 + index,
    ...(placebo === undefined ? {} : { checkSteps: false, verifiers: [atRandom] }),
  });
  using session = engine.createSession();
  const prompt = await questionPrompt(question, tokenizer);
  const running = sampler.sample(session, prompt, { maxNewTokens, question });
  let backtracks = 0;
  for await (const { type } of running) if (type === "backtrack") backtracks++;
  const { answer, usage, steps, chains = [] } = await running;
  const lines = steps.filter(({ text }) => text.trim() !== "");
  return {
    answer,
    tokens: usage.kept + usage.discarded,
    discarded: usage.discarded,
    replayed: usage.replayed,
    backtracks,
    drafts: lines.length + backtracks,
    checkable: lines.filter(({ status }) => status !== "unchecked").length,
    lines: lines.length,
    chainAnswers: chains.map((chain) => chain.answer),
  };
}
