// Models in RyanFormat: the same bits as from the files that they were made of.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  dequantize,
  metadataOf,
  openTensors,
  quantize,
  type RyanTensor,
  tensorsOf,
  writeRyan,
} from "@ryanstream/format";
import { liveHandles } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import { parametersOf } from "../src/decoder-weights.js";
import {
  describeModel,
  type LoadProgress,
  loadModel,
  openDecoder,
  openLayers,
  resolveModel,
} from "../src/index.js";
import { loadWeights } from "../src/load-weights.js";
import { namesIn } from "../src/weight-names.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "./support/checkpoint.js";
import { run, runnerOf } from "./support/steps.js";

const json: HuggingFaceConfig = {
  model_type: "qwen3",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 32,
  max_position_embeddings: 256,
};
const tokens = Array.from({ length: 40 }, (_, i) => (i * 37 + 11) % 96);

async function logitsOf(path: string, options: Parameters<typeof loadModel>[1] = {}) {
  using model = await loadModel(path, options);
  using runner = runnerOf(model);
  return await run(runner, tokens, { wanted: 8 });
}

/** The file of a folder or path written as RyanFormat. */
async function pack(from: string, to: string): Promise<void> {
  await using source = await openTensors(from);
  await writeRyan(to, tensorsOf(source), { metadata: metadataOf(source) });
}

/** Weights of few exponents, as trained ones are: those of the other tests don't shrink. */
const trained = (matrix: Float32Array) => matrix.map((x) => Math.round(64 * x) / 64);

/** The model as grids of 5 levels on either side, in a folder with its configuration. */
async function writeGrids(folder: string): Promise<void> {
  await using source = await openTensors(join(folder, "model.safetensors"));
  const tensors: RyanTensor[] = [];
  for (const { name, shape, dtype } of source.tensors.values()) {
    const values = await source.readF32(name);
    const [n, k] = shape;
    if (n === undefined || k === undefined) {
      tensors.push({ name, dtype, shape, data: await source.read(name) });
      continue;
    }
    const index = Uint8Array.from({ length: k }, (_, c) => 8 + (c % 3));
    const codes = Int32Array.from(values, (x) => Math.max(-5, Math.min(5, Math.round(20 * x))));
    const steps = { base: Math.fround(0.025), index };
    tensors.push({ name, dtype: "BF16", shape: [n, k], grid: { shape: [n, k], codes, steps } });
  }
  await writeRyan(join(folder, "grids", "model.ryan"), tensors);
}

describe("a model packed exactly", () => {
  it.each(["F32", "BF16", "F16", "Q8_0"] as const)("gives the bits of its %s", async (dtype) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, json, dtype, trained);
    await pack(path, join(folder.path, "model.ryan"));
    expect(await logitsOf(join(folder.path, "model.ryan"))).toEqual(await logitsOf(path));
  });

  it("is the model of a folder, of int8 and int4 too", async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await writeHuggingFace(folder.path, json, "BF16", trained);
    await pack(folder.path, join(other.path, "model.ryan"));
    await writeFile(join(other.path, "config.json"), JSON.stringify(json));
    for (const weights of ["as-is", "int8", "int4"] as const) {
      const found = await logitsOf(other.path, { weights });
      expect(found).toEqual(await logitsOf(folder.path, { weights }));
    }
    const [a, b] = [await describeModel(folder.path), await describeModel(other.path)];
    expect(b.weightBytes).toBe(a.weightBytes);
    expect(b.config).toEqual(a.config);
    expect(await resolveModel(other.path)).toEqual({ path: other.path, tokenizer: other.path });
  });

  it("made from GGUF, has configuration, ends and tokenizer in itself", async () => {
    await using folder = await temporaryFolder();
    const [gguf, ryan] = [join(folder.path, "a.gguf"), join(folder.path, "b.ryan")];
    const more = { "tokenizer.ggml.eos_token_id": 7 };
    await writeGgufModel(gguf, { ...json, model_type: "llama" }, "BF16", trained, more);
    await pack(gguf, ryan);
    using model = await loadModel(ryan);
    expect(model.endTokens).toEqual([7]);
    expect(model.config.interleaved).toBe(true);
    expect(await resolveModel(ryan)).toEqual({ path: ryan, tokenizer: ryan });
    await using layered = await openLayers(ryan);
    await using source = await openTensors(gguf);
    for (const { name } of layered.matrices) {
      expect(await layered.readMatrix(name)).toEqual(await source.readF32(name));
    }
  });

  it("is trained on from its values", async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await writeHuggingFace(folder.path, json, "BF16", trained);
    await pack(folder.path, join(other.path, "model.ryan"));
    await writeFile(join(other.path, "config.json"), JSON.stringify(json));
    using one = await openDecoder(folder.path);
    using two = await openDecoder(other.path);
    for (const [name, parameter] of one.parameters) {
      expect(two.parameters.get(name)?.read()).toEqual(parameter.read());
    }
  });
});

describe("a model of grids", () => {
  it("gives the bits of its values in bf16, and of these in int8 and int4", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json, "BF16", trained);
    await using made = await temporaryFolder();
    await writeHuggingFace(made.path, json, "BF16", trained);
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(made.path, "grids"));
    await writeGrids(made.path);
    await writeFile(join(made.path, "grids", "config.json"), JSON.stringify(json));
    await using source = await openTensors(join(made.path, "grids"));
    expect(source.info("lm_head.weight").encoding).toBe("grid");
    const rounded = new Map<string, Float32Array>();
    for (const name of source.tensors.keys()) {
      rounded.set(name, dequantize("BF16", quantize("BF16", await source.readF32(name))));
    }
    await writeHuggingFace(
      folder.path,
      json,
      "BF16",
      (_, __, name) => rounded.get(name) as Float32Array,
    );
    for (const weights of ["as-is", "int8", "int4"] as const) {
      const found = await logitsOf(join(made.path, "grids"), { weights });
      expect(found).toEqual(await logitsOf(folder.path, { weights }));
    }
  });
});

describe("loading", () => {
  async function packed(folder: string): Promise<string> {
    const path = join(folder, "model.gguf");
    await writeGgufModel(path, json, "BF16", trained);
    await pack(path, join(folder, "model.ryan"));
    return join(folder, "model.ryan");
  }

  it("tells how much of the file is read", async () => {
    await using folder = await temporaryFolder();
    const path = await packed(folder.path);
    const seen: LoadProgress[] = [];
    using _ = await loadModel(path, { onProgress: (progress) => seen.push(progress) });
    await using source = await openTensors(path);
    const stored = [...source.tensors.values()].reduce((n, info) => n + info.storedBytes, 0);
    expect(stored).toBeLessThan(
      [...source.tensors.values()].reduce((n, info) => n + info.byteLength, 0),
    );
    expect(seen.at(-1)).toEqual({ phase: "loading", loaded: stored, total: stored });
    for (const [i, { loaded }] of seen.entries()) {
      expect(loaded).toBeGreaterThanOrEqual(seen[i - 1]?.loaded ?? 0);
    }
  });

  it.each([
    [1, 1],
    [2 * 2 * 64 * 128, 3], // queries, keys and values
    [2 ** 26, 7],
  ])("within %i bytes holds %i decoded matrices at most", async (decodedAtOnce, matrices) => {
    await using folder = await temporaryFolder();
    await using source = await openTensors(await packed(folder.path));
    let most = 0;
    const look = () => {
      const decoded = liveHandles().names.filter((name) => name.includes('"file.'));
      most = Math.max(most, decoded.length);
    };
    const stream = source.stream.bind(source);
    source.stream = async function* (name, options) {
      for await (const bytes of stream(name, options)) {
        yield bytes;
        look(); // it is written
      }
    };
    const { config } = await describeModel(source.files[0]?.path as string);
    const options = { format: "as-is", decodedAtOnce } as const;
    const weights = await loadWeights(source, config, namesIn(source), options);
    for (const each of parametersOf(weights)) each.dispose();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(matrices);
  });

  it("keeps packed weights, which the next one maps", async () => {
    await using folder = await temporaryFolder();
    const path = await packed(folder.path);
    const packedFolder = join(folder.path, "packed");
    const phases = async () => {
      const seen = new Set<string>();
      const logits = await logitsOf(path, { packedFolder, onProgress: (p) => seen.add(p.phase) });
      return { logits, seen };
    };
    const [first, second] = [await phases(), await phases()];
    expect([...first.seen]).toEqual(["loading", "writing"]);
    expect([...second.seen]).toEqual(["loading"]);
    expect(second.logits).toEqual(first.logits);
  });

  it("refuses a damaged chunk by name, and keeps nothing", async () => {
    await using folder = await temporaryFolder();
    const path = await packed(folder.path);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] as number) ^ 1;
    await writeFile(path, bytes);
    const before = liveHandles();
    await expect(loadModel(path)).rejects.toMatchObject({
      code: "ERR_CHUNK",
      message: expect.stringContaining("blk."),
    });
    expect(liveHandles()).toEqual(before);
  });
});
