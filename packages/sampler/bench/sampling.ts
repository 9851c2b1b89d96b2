// How long the choice of a token takes at a vocabulary of 151,936, beside sorting all of it.
//
//     npm run bench:sampling -- --json --samples 400

import { parseArgs } from "node:util";
import { LogitsSampler, type SampleOptions, type SamplingOptions } from "@ryanstream/sampler";
import { printRows, quantile, type Row } from "../../../tools/bench/rows.js";
import { logitShapes } from "./logit-shapes.js";
import { sortedSample } from "./sorted-sample.js";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    samples: { type: "string", default: "300" },
  },
});
const SAMPLES = Number(values.samples);
const SIZE = 151_936;
/** Microseconds a token, of the goal for pure TypeScript. */
const LIMIT = 700;
const HISTORY = 512;

const chain = { temperature: 0.7, topP: 0.8, repetitionPenalty: 1.1 };
interface Case {
  readonly name: string;
  readonly options: SamplingOptions;
  /** Whether the goal is for it; then it is held against sorting too. */
  readonly isGoal?: boolean;
  readonly sample?: SampleOptions;
}
const cases: readonly Case[] = [
  {
    name: "top-k 20, top-p, min-p, penalty",
    options: { ...chain, topK: 20, minP: 0.05 },
    isGoal: true,
  },
  { name: "top-k 50, top-p, penalty", options: { ...chain, topK: 50 }, isGoal: true },
  { name: "top-p 0.8", options: { temperature: 0.7, topP: 0.8 }, isGoal: true },
  { name: "top-p 0.95 at 1", options: { temperature: 1, topP: 0.95 } },
  { name: "no filter", options: { temperature: 0.7 } },
  { name: "min-p", options: { temperature: 0.7, minP: 0.05 } },
  { name: "greedy", options: {} },
  {
    name: "llama.cpp defaults",
    options: { preset: "llama.cpp", temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
  },
  {
    name: "top-k 20, top-p, DRY, XTC",
    options: { ...chain, topK: 20, dryMultiplier: 0.8, xtcProbability: 0.5 },
  },
  { name: "typical-p", options: { temperature: 0.7, typicalP: 0.9 } },
  { name: "mirostat 2", options: { temperature: 0.7, mirostat: 2 } },
  { name: "top-p 0.8, logprobs 5", options: { temperature: 0.7, topP: 0.8, logprobs: 5 } },
  { name: "top-k 20, mask of 20", options: { ...chain, topK: 20 }, sample: { mask: maskOf(7600) } },
  { name: "top-k 20, mask of half", options: { ...chain, topK: 20 }, sample: { mask: maskOf(2) } },
];

/** A mask with every `each`th token. */
function maskOf(each: number): Uint32Array {
  const mask = new Uint32Array(SIZE >> 5);
  for (let id = 0; id < SIZE; id += each) mask[id >> 5] = (mask[id >> 5] ?? 0) | (1 << (id & 31));
  return mask;
}

/** Microseconds of each of several calls, after some that don't count. */
function time(call: (i: number) => void): number[] {
  for (let i = 0; i < 30; i++) call(i);
  return Array.from({ length: SAMPLES }, (_, i) => {
    const begin = performance.now();
    call(i);
    return 1000 * (performance.now() - begin);
  });
}

/** Going back 100 tokens, with all that there is of state. */
function rollback(): Row {
  const sampler = new LogitsSampler({
    seed: 1,
    temperature: 1,
    mirostat: 2,
    stop: ["</s>", "\n\n"],
  });
  const state = sampler.start(new Array(HISTORY).fill(1));
  const times = Array.from({ length: SAMPLES }, () => {
    const mark = state.mark();
    for (let i = 0; i < 100; i++) state.push(i);
    state.text("some text\n");
    const begin = performance.now();
    state.rollback(mark);
    return 1000 * (performance.now() - begin);
  });
  const p99 = quantile(times, 0.99);
  const goal = { peer: 10, peerName: "goal", ratio: 10 / p99, target: 1, met: p99 <= 10 };
  return { name: "rollback of 100 tokens", ours: p99, unit: "us, p99", ...goal };
}
const rows: Row[] = [];
const prompt = Array.from({ length: HISTORY }, (_, i) => (i * 7919) % SIZE);
for (const [shape, logits] of Object.entries(logitShapes(SIZE))) {
  for (const { name, options, isGoal, sample } of cases) {
    const sampler = new LogitsSampler({ ...options, seed: 1 });
    const state = sampler.start(prompt);
    const mark = state.mark();
    const times = time((i) => {
      if (i % 64 === 0) state.rollback(mark);
      sampler.sample(logits, state, sample);
    });
    const p50 = quantile(times, 0.5);
    const row = { name: `${shape}: ${name}`, ours: p50, unit: "us, p50" };
    if (isGoal) {
      const goal = { peer: LIMIT, peerName: "goal", ratio: LIMIT / p50, target: 1 };
      rows.push({ ...row, ...goal, met: p50 <= LIMIT });
      const sorting = Array.from({ length: 5 }, (_, i) => {
        const begin = performance.now();
        sortedSample(logits, prompt, options, (i + 0.5) / 5);
        return 1000 * (performance.now() - begin);
      });
      const peer = quantile(sorting, 0.5);
      rows.push({ ...row, peer, peerName: "sorting all", ratio: peer / p50 });
    } else rows.push(row);
    rows.push({ ...row, ours: quantile(times, 0.99), unit: "us, p99" });
  }
}
rows.push(rollback());
printRows(rows, values.json);
