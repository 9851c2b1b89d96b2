// Models of all kinds, quantised and loaded again: what comes out is nearly what the original gives.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTensors } from "@ryanstream/format";
import { loadModel } from "@ryanstream/models";
import { Engine } from "@ryanstream/scheduler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeGgufModel, writeHuggingFace } from "../../models/test/support/checkpoint.js";
import { quantizeFiles } from "../src/quantizing/quantize-files.js";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ryanstream-quantize-models-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const base = {
  vocab_size: 200,
  hidden_size: 96,
  intermediate_size: 160,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-6,
};
const kinds = {
  "llama, head of its own": { ...base, model_type: "llama", tie_word_embeddings: false },
  "llama, biases everywhere": {
    ...base,
    model_type: "llama",
    attention_bias: true,
    mlp_bias: true,
    tie_word_embeddings: true,
  },
  "qwen2, biases": { ...base, model_type: "qwen2", tie_word_embeddings: true },
  "qwen2, rows that blocks don't divide": {
    ...base,
    hidden_size: 80,
    intermediate_size: 144,
    model_type: "qwen2",
    tie_word_embeddings: false,
  },
};
type Config = (typeof kinds)[keyof typeof kinds];

const tokens = (length: number, seed: number) =>
  Int32Array.from({ length }, (_, i) => (i * i * 31 + i * seed * 17 + seed) % base.vocab_size);
// Fewer tokens than any matrix has columns.
const calibration = { calibration: [tokens(48, 1)], sensitivity: [tokens(24, 2)] };
const asked = tokens(24, 3);

async function logitsOf(path: string): Promise<Float32Array> {
  using model = await loadModel(path);
  const memory = 128 * model.kvBytesPerPosition("f32");
  await using engine = new Engine(model, { memory, kvType: "f32", maxLength: 64 });
  using session = engine.createSession();
  using logits = await session.append(asked, "all");
  const all = new Float32Array(logits.rows * logits.vocabularySize);
  for (let row = 0; row < logits.rows; row++) all.set(logits.row(row), row * logits.vocabularySize);
  return all;
}

/** Relative, of the square root of squares. */
function distance(found: Float32Array, expected: Float32Array): number {
  let [difference, whole] = [0, 0];
  expected.forEach((x, i) => {
    difference += (x - (found[i] as number)) ** 2;
    whole += x ** 2;
  });
  return Math.sqrt(difference / whole);
}

describe.each(Object.entries(kinds))("a model like %s", (name, config) => {
  it.each(["folder", "gguf"] as const)(
    "is nearly the same from a %s, in both profiles",
    async (kind) => {
      const work = join(root, `${name} ${kind}`);
      await mkdir(work);
      const input = await written(config, kind, work);
      const output = join(work, "out");
      const { files, profiles } = await quantizeFiles({
        input,
        output,
        calibration,
        quantizer: { profiles: ["file", "resident"], ffnBits: 8 },
      });
      const expected = await logitsOf(input);
      for (const { path } of files) {
        expect(distance(await logitsOf(join(path, "..")), expected)).toBeLessThan(0.08);
      }
      for (const { kl } of profiles) expect(kl).toBeLessThan(0.01);
    },
    60_000,
  );
});

it("is within a budget of resident bits, with columns beside, all in", async () => {
  const work = join(root, "budget");
  await mkdir(work);
  const input = await written(kinds["llama, head of its own"], "folder", work);
  const output = join(work, "out");
  const quantizer = { profiles: ["resident"], targetBits: 7.5, outlierColumns: 0.1 } as const;
  const { files } = await quantizeFiles({ input, output, calibration, quantizer });
  expect(files[0]?.bitsPerWeight).toBeLessThanOrEqual(7.5);
  await using source = await openTensors(output);
  const held = new Set([...source.tensors.values()].map(({ dtype }) => dtype));
  expect(held).toEqual(new Set(["IQ4_NL", "Q8_0", "I32", "F32"]));
  expect(distance(await logitsOf(output), await logitsOf(input))).toBeLessThan(0.3);
}, 60_000);

async function written(config: Config, kind: "folder" | "gguf", work: string): Promise<string> {
  if (kind === "gguf") {
    const path = join(work, "model.gguf");
    await writeGgufModel(path, config, "BF16");
    return path;
  }
  const folder = join(work, "model");
  await mkdir(folder);
  await writeHuggingFace(folder, config, "F32");
  return folder;
}
