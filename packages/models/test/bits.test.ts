// A row's logits have the same bits alone, in chunks, among other sequences and wherever
// its pages lie. On all threads and instruction sets: the scheduler's instruction-sets.test.ts.

import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DecoderRunner, loadModel } from "../src/index.js";
import { type HuggingFaceConfig, temporaryFolder, writeGgufModel } from "./support/checkpoint.js";
import { runnerOf } from "./support/steps.js";

const json: HuggingFaceConfig = {
  model_type: "mistral",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  sliding_window: 40,
};
const SEQUENCES = 5;
const MAX_PAGES = 6;
const PAGE = 16;
const settings = { pages: SEQUENCES * MAX_PAGES, sequences: SEQUENCES, maxPages: MAX_PAGES };

const bits = (x: Float32Array) => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString("hex");
const tokenAt = (seed: number, i: number) => (Math.imul(seed * 31 + i + 7, 2654435761) >>> 8) % 96;

/** Logits of every position of each sequence, in chunks of these sizes, all sequences that go on in one step. */
async function logitsOf(
  runner: DecoderRunner,
  sequences: readonly { readonly seed: number; readonly length: number; readonly chunk: number }[],
  table: Int32Array,
): Promise<string[]> {
  const found = sequences.map(() => [] as string[]);
  const at = sequences.map(() => 0);
  while (at.some((p, s) => p < (sequences[s]?.length ?? 0))) {
    const rows = sequences.flatMap(({ seed, length, chunk }, seq) => {
      const from = at[seq] as number;
      const count = Math.min(chunk, length - from);
      at[seq] = from + count;
      return Array.from({ length: count }, (_, i) => ({
        seq,
        pos: from + i,
        token: tokenAt(seed, from + i),
      }));
    });
    const logits = await runner.run({
      tokens: Int32Array.from(rows, ({ token }) => token),
      seq: Int32Array.from(rows, ({ seq }) => seq),
      pos: Int32Array.from(rows, ({ pos }) => pos),
      table,
      logitRows: Int32Array.from(rows.keys()),
    });
    const size = logits.length / rows.length;
    rows.forEach(({ seq }, r) => {
      found[seq]?.push(bits(logits.subarray(r * size, (r + 1) * size)));
    });
  }
  return found.map((all) => all.join());
}

const straight = Int32Array.from({ length: SEQUENCES * MAX_PAGES }, (_, i) => i);

describe.each(["F32", "BF16", "Q8_0", "Q4_0", "Q4_1"] as const)("%s weights", (dtype) => {
  it("give the same bits whole, in chunks, among strangers, in any pages", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, json, dtype);
    using model = await loadModel(path);
    using runner = runnerOf(model, settings);
    const sequence = fc.record({
      seed: fc.nat(1000),
      length: fc.integer({ min: 1, max: MAX_PAGES * PAGE }),
      chunk: fc.constantFrom(1, 2, 7, 16, 33, 96),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(sequence, { minLength: 1, maxLength: SEQUENCES }),
        fc.shuffledSubarray([...straight], { minLength: straight.length }),
        async (sequences, pages) => {
          const together = await logitsOf(runner, sequences, Int32Array.from(pages));
          for (const [i, each] of sequences.entries()) {
            const alone = await logitsOf(runner, [{ ...each, chunk: 96 }], straight);
            expect(together[i] === alone[0]).toBe(true);
          }
        },
      ),
      { seed: 5, numRuns: 12 },
    );
  });
});
