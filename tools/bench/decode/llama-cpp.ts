// llama.cpp through node-llama-cpp in a process of its own: PACKAGE MODEL THREADS SAMPLES|turns.

import { pathToFileURL } from "node:url";
import { measure, promptOf, serve } from "./sampling.js";

// What is used of node-llama-cpp, which isn't a dependency of this repository.
interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
}
interface Llama {
  loadModel(options: object): Promise<{
    createContext(options: object): Promise<{ getSequence(): Sequence }>;
  }>;
}

const [entry = "", modelPath, count, samples] = process.argv.slice(2);
const { getLlama } = (await import(pathToFileURL(entry).href)) as {
  getLlama(options: object): Promise<Llama>;
};
const threads = Number(count);
const llama = await getLlama({
  gpu: false,
  build: "never",
  logLevel: "error",
  maxThreads: threads,
});
const model = await llama.loadModel({ modelPath });
const loaded = performance.now();
const context = await model.createContext({
  contextSize: 1024,
  sequences: 8,
  threads: { ideal: threads, min: threads },
});
const sequences = Array.from({ length: 8 }, () => context.getSequence());
const first = sequences[0] as Sequence;

async function generate(sequence: Sequence, tokens: readonly number[], wanted: number) {
  await sequence.clearHistory();
  let done = 0;
  for await (const _ of sequence.evaluate(tokens, { temperature: 0, yieldEogTokens: true })) {
    if (++done >= wanted) break;
  }
}

await generate(first, promptOf(32, 1), 1);
const firstToken = performance.now();
const measured = {
  loaded,
  firstToken,
  async prompt(tokens: number[]) {
    await first.clearHistory();
    await first.evaluateWithoutGeneratingNewTokens(tokens);
  },
  decode: (tokens: number[], wanted: number) => generate(first, tokens, wanted),
  async together(number: number, promptLength: number, wanted: number) {
    const some = sequences.slice(0, number);
    await Promise.all(some.map((each, i) => generate(each, promptOf(promptLength, i), wanted)));
  },
};
if (samples === "turns") await serve(measured, threads);
else await measure(measured, { threads, samples: Number(samples) });
process.exit(0);
