// The same model from a GGUF file as from Hugging Face's files.

import { join } from "node:path";
import { type DType, dequantize, openTensors, quantize } from "@ryanstream/format";
import { blockBytes } from "@ryanstream/kernels";
import { describe, expect, it } from "vitest";
import { noiseBlocks } from "../../kernels/test/support/block-values.js";
import { loadModel } from "../src/index.js";
import {
  configOf,
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "./support/checkpoint.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

const common = {
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-6,
};
const models: Readonly<Record<string, HuggingFaceConfig>> = {
  llama: { ...common, model_type: "llama" },
  "llama with biases": { ...common, model_type: "llama", attention_bias: true },
  qwen2: { ...common, model_type: "qwen2", tie_word_embeddings: true, rope_theta: 1000000 },
  qwen3: { ...common, model_type: "qwen3", head_dim: 32 },
  mistral: { ...common, model_type: "mistral", sliding_window: 20 },
};
const tokens = Array.from({ length: 50 }, (_, i) => (i * 37 + 11) % common.vocab_size);

async function logitsOf(path: string): Promise<Float32Array> {
  using model = await loadModel(path);
  using runner = runnerOf(model);
  return await run(runner, tokens, { wanted: 3 });
}

describe.each(Object.entries(models))("%s", (_, json) => {
  it("has the configuration of config.json", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, json, "F32");
    using model = await loadModel(path);
    const { interleaved: _, rope, biases: ___, ...rest } = model.config;
    const {
      interleaved: __,
      rope: expected,
      biases: ____,
      ...others
    } = configOf({
      ...json,
      rms_norm_eps: Math.fround(json["rms_norm_eps"] as number),
    });
    expect(rest).toEqual(others);
    expect(relativeError(rope.frequencies, expected.frequencies)).toBeLessThan(1e-6);
  });

  it("gives the same logits to the last bits, where pairs are neighbours too", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, json, "F32");
    await writeHuggingFace(folder.path, json, "F32");
    const found = await logitsOf(path);
    expect(
      relativeError(found, await logitsOf(join(folder.path, "model.safetensors"))),
    ).toBeLessThan(1e-5);
  });

  it.each(["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"] as const)(
    "computes with %s what its values in bf16 give, but for rounded activations",
    async (dtype) => {
      await using folder = await temporaryFolder();
      const quantised = join(folder.path, "quantised.gguf");
      const wide = join(folder.path, "wide.gguf");
      await writeGgufModel(quantised, json, dtype);
      await writeGgufModel(wide, json, "F32", (values) =>
        dequantize(dtype, quantize(dtype, values)),
      );
      const error = relativeError(await logitsOf(quantised), await logitsOf(wide));
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.04);
    },
  );
});

describe.each(["Q4_K", "Q5_K", "Q6_K", "IQ4_NL"] as const)("feed-forward blocks in %s", (dtype) => {
  it("compute what their values in F32 give, but for rounded activations", async () => {
    const wide = { ...common, model_type: "qwen2", hidden_size: 256, intermediate_size: 512 };
    /** Random blocks, since only their reading is of interest here. */
    const blocksOf = (name: string, shape: readonly number[]) => {
      if (!/ffn_(gate|up|down)/.test(name)) return undefined;
      const [n, k] = shape as [number, number];
      return { name, shape, data: noiseBlocks(dtype, blockBytes(dtype, n, k), n + name.length) };
    };
    await using folder = await temporaryFolder();
    const [packed, plain] = ["packed", "plain"].map((name) => join(folder.path, `${name}.gguf`));
    await writeGgufModel(packed as string, wide, "F32", undefined, {}, (name, shape) => {
      const blocks = blocksOf(name, shape);
      return blocks && { ...blocks, dtype };
    });
    await writeGgufModel(plain as string, wide, "F32", undefined, {}, (name, shape) => {
      const blocks = blocksOf(name, shape);
      return blocks && { ...blocks, dtype: "F32", data: dequantize(dtype, blocks.data) };
    });
    const error = relativeError(await logitsOf(packed as string), await logitsOf(plain as string));
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.03);
  });
});

describe("a file in Q8_0", () => {
  async function asHeld(weights: "int8" | "int4" | "nl4") {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, models["llama"] as HuggingFaceConfig, "Q8_0");
    using model = await loadModel(path, { weights });
    using runner = runnerOf(model);
    const found = await run(runner, tokens, { wanted: 3 });
    return { found, expected: await logitsOf(path) };
  }

  it("gives the same bits as int8, whose codes are the same", async () => {
    const { found, expected } = await asHeld("int8");
    expect(found).toEqual(expected);
  });

  it("loads as int4", async () => {
    const { found, expected } = await asHeld("int4");
    const error = relativeError(found, expected);
    expect(error).toBeGreaterThan(0.01);
    expect(error).toBeLessThan(0.42); // half as much again as was measured
  });

  it("loads as nl4, with less error", async () => {
    const { found, expected } = await asHeld("nl4");
    const error = relativeError(found, expected);
    expect(error).toBeGreaterThan(0.01);
    expect(error).toBeLessThan(relativeError((await asHeld("int4")).found, expected));
  });
});

it("takes as many bytes as the file's matrices", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  for (const dtype of ["Q8_0", "Q4_0", "F16", "BF16"] satisfies DType[]) {
    await writeGgufModel(path, models["qwen2"] as HuggingFaceConfig, dtype);
    await using source = await openTensors(path);
    const file = [...source.tensors.values()].reduce((n, { byteLength }) => n + byteLength, 0);
    using model = await loadModel(path);
    expect(model.weightBytes).toBe(file);
  }
});
