// Our engine in a process of its own: MODEL THREADS SAMPLES|turns [PACKED FOLDER]. Started with
// RYANSTREAM_THREADS.

import { loadModel } from "@ryanstream/models";
import { Engine, generate } from "@ryanstream/scheduler";
import { measure, promptOf, serve } from "./sampling.js";

const [path = "", threads, samples, packedFolder] = process.argv.slice(2);
const model = await loadModel(path, packedFolder === undefined ? {} : { packedFolder });
const loaded = performance.now();
const maxLength = 1024;
// Room for prompts of 512 tokens and eight short sequences.
const kvBytes = model.kvBytesPerPosition("f16") * 2048;
const engine = new Engine(model, { memory: kvBytes, kvType: "f16", maxLength, maxSequences: 8 });

async function decode(tokens: readonly number[], maxTokens: number): Promise<void> {
  using session = engine.createSession();
  for await (const _ of generate(session, tokens, { maxTokens })) {
    // Only its time is of interest.
  }
}

await decode(promptOf(32, 1), 1);
const firstToken = performance.now();
const measured = {
  loaded,
  firstToken,
  kvBytes,
  weightBytes: model.weightBytes,
  decode,
  async prompt(tokens: number[]) {
    using session = engine.createSession();
    await session.append(tokens);
  },
  async together(sequences: number, promptLength: number, count: number) {
    const all = Array.from({ length: sequences }, (_, i) =>
      decode(promptOf(promptLength, i), count),
    );
    await Promise.all(all);
  },
};
if (samples === "turns") await serve(measured, Number(threads));
else await measure(measured, { threads: Number(threads), samples: Number(samples) });
engine[Symbol.dispose]();
model.dispose();
