// A pass layer by layer against the engine's program, and what it gives of inputs against naive products.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { dequantize, openTensors, quantize } from "@ryanstream/format";
import { liveHandles } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import {
  type LayeredModel,
  type LayeredPass,
  type LayerInput,
  type LogitsOptions,
  loadModel,
  openLayers,
} from "../../src/index.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "../support/checkpoint.js";
import { relativeError, run, runnerOf } from "../support/steps.js";

const common = {
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-6,
};
const models: Readonly<Record<string, HuggingFaceConfig>> = {
  llama: { ...common, model_type: "llama" },
  "llama with biases": { ...common, model_type: "llama", attention_bias: true, mlp_bias: true },
  qwen2: { ...common, model_type: "qwen2", tie_word_embeddings: true, rope_theta: 1000000 },
  "qwen2 with windows in some layers": {
    ...common,
    model_type: "qwen2",
    use_sliding_window: true,
    sliding_window: 8,
    max_window_layers: 2,
  },
  qwen3: { ...common, model_type: "qwen3", head_dim: 32 },
  mistral: { ...common, model_type: "mistral", sliding_window: 20 },
};
const sequences = [50, 1, 23, 7].map((length, s) =>
  Int32Array.from({ length }, (_, i) => (i * 37 + 11 + 5 * s) % common.vocab_size),
);
const total = sequences.reduce((sum, { length }) => sum + length, 0);

async function toEnd(model: LayeredModel, pass: LayeredPass): Promise<void> {
  while (pass.layer < model.layers) await pass.advance();
}

async function logitsOf(pass: LayeredPass, options: LogitsOptions = {}): Promise<Float32Array> {
  const all: number[] = [];
  for await (const rows of pass.logits(options)) all.push(...rows);
  return Float32Array.from(all);
}

async function engineLogits(path: string): Promise<Float32Array> {
  using model = await loadModel(path);
  const all: number[] = [];
  for (const ids of sequences) {
    using runner = runnerOf(model);
    all.push(...(await run(runner, [...ids], { wanted: ids.length })));
  }
  return Float32Array.from(all);
}

async function layeredLogits(path: string, batchTokens: number): Promise<Float32Array> {
  await using model = await openLayers(path, { batchTokens });
  using pass = await model.begin(sequences);
  expect(pass.tokens).toBe(total);
  await toEnd(model, pass);
  return await logitsOf(pass);
}

/** Naive `x W^T` in double precision. */
function product(x: Float32Array, w: Float32Array, [n, k]: readonly [number, number]) {
  return Float32Array.from({ length: (x.length / k) * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let i = 0; i < k; i++) {
      sum += (x[row * k + i] as number) * (w[column * k + i] as number);
    }
    return sum;
  });
}

describe.each(Object.entries(models))("%s", (_, json) => {
  it("gives the engine's logits, whatever runs together", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    const expected = await engineLogits(folder.path);
    const alone = await layeredLogits(folder.path, 1);
    expect(relativeError(alone, expected)).toBeLessThan(1e-5);
    expect(relativeError(await layeredLogits(folder.path, 1000), expected)).toBeLessThan(1e-5);
  });

  it("gives them of a GGUF file, with the rows that it has", async () => {
    if (json["use_sliding_window"] === true) return; // which GGUF can't say of some layers
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, json, "F32");
    expect(relativeError(await layeredLogits(path, 64), await engineLogits(path))).toBeLessThan(
      1e-5,
    );
    await using model = await openLayers(path);
    await using source = await openTensors(path);
    for (const { name } of model.matrices) {
      expect(await model.readMatrix(name)).toEqual(await source.readF32(name));
    }
  });

  it("names every tensor once, and counts what was trained", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json, "BF16");
    await using model = await openLayers(folder.path);
    await using source = await openTensors(folder.path);
    const names = [...model.matrices, ...model.kept].map(({ name }) => name);
    expect(names.sort()).toEqual([...source.tensors.keys()].sort());
    const elements = [...source.tensors.values()].reduce((sum, info) => sum + info.elements, 0);
    expect(model.parameters).toBe(elements);
    for (const { name, dtype } of model.kept) {
      expect(dtype).toBe(source.info(name).dtype);
      expect(await model.readKept(name)).toEqual(await source.read(name));
    }
    using runner = await loadModel(folder.path);
    expect(runner.parameters).toBe(elements);
  });
});

describe("what matrices multiply", () => {
  const json = models["qwen3"] as HuggingFaceConfig;

  it("is given in order, once for each token, and products of it are what follows", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await using model = await openLayers(folder.path, { batchTokens: 60 });
    using pass = await model.begin(sequences);
    for (let layer = 0; layer < model.layers; layer++) {
      const seen = new Map<LayerInput, number[]>();
      const order: LayerInput[] = [];
      await pass.advance({
        onInput: (input, x, rows) => {
          const of = seen.get(input) ?? [];
          seen.set(input, of);
          const matrix = model.matrices.find((m) => m.layer === layer && m.input === input);
          expect(x.length).toBe(rows * (matrix?.shape[1] as number));
          of.push(...x);
          order.push(input);
        },
      });
      expect(order.slice(0, 4)).toEqual(["attention-in", "attention-out", "ffn-in", "ffn-out"]);
      const widths = { "attention-in": 64, "attention-out": 128, "ffn-in": 64, "ffn-out": 128 };
      for (const [input, width] of Object.entries(widths)) {
        expect(seen.get(input as LayerInput)).toHaveLength(width * total);
      }
      const of = async (name: string, input: LayerInput) => {
        const matrix = model.matrices.find((m) => m.layer === layer && m.name.includes(name));
        const w = await model.readMatrix(matrix?.name as string);
        return product(Float32Array.from(seen.get(input) ?? []), w, matrix?.shape as never);
      };
      const gate = await of("gate_proj", "ffn-in");
      const up = await of("up_proj", "ffn-in");
      const inner = gate.map((g, i) => (g / (1 + Math.exp(-g))) * (up[i] as number));
      expect(relativeError(seen.get("ffn-out") ?? [], inner)).toBeLessThan(1e-5);
      if (layer < model.layers - 1) continue;
      // What is left of the layer: hidden states are those before it and both products.
      let heads: number[] = [];
      await logitsOf(pass, {
        onInput: (x) => {
          heads = heads.concat([...x]);
        },
      });
      expect(heads).toHaveLength(64 * total);
      const head = model.matrices.at(-1);
      expect(head?.kind).toBe("head");
      const logits = product(
        Float32Array.from(heads),
        await model.readMatrix(head?.name as string),
        head?.shape as never,
      );
      expect(relativeError(await logitsOf(pass), logits)).toBeLessThan(1e-5);
    }
  });

  it("is waited for before the next is computed into the same array", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await using model = await openLayers(folder.path, { batchTokens: 1 });
    using pass = await model.begin(sequences);
    await pass.advance({
      onInput: async (_, x) => {
        const before = Float32Array.from(x);
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(x).toEqual(before);
      },
    });
  });
});

describe("values in place of the model's", () => {
  const json = models["qwen2"] as HuggingFaceConfig;
  const rounded = (values: Float32Array) => dequantize("Q8_0", quantize("Q8_0", values));

  it("give the logits of a model that has them, in a fork, and leave the model as it was", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await using model = await openLayers(folder.path);
    const replace = new Map<string, Float32Array>();
    for (const { name } of model.matrices) replace.set(name, rounded(await model.readMatrix(name)));
    using pass = await model.begin(sequences);
    using other = await model.begin(sequences, { replace });
    await pass.advance();
    using fork = pass.fork();
    for (let i = 0; i < model.layers; i++) {
      if (pass.layer < model.layers) await pass.advance();
      await other.advance({ replace });
      if (i > 0) await fork.advance({ replace: new Map([[nameOf(model, 2), zeros(model, 2)]]) });
    }
    expect(await logitsOf(pass)).toEqual(await layeredLogits(folder.path, 1024));
    const changed = await logitsOf(other, { replace });
    await rm(join(folder.path, "model.safetensors"));
    await writeHuggingFace(folder.path, json, "F32", rounded);
    expect(changed).toEqual(await layeredLogits(folder.path, 1024));
    expect(relativeError(await logitsOf(fork), await logitsOf(pass))).toBeGreaterThan(1e-3);
  });

  const nameOf = (model: LayeredModel, layer: number) =>
    model.matrices.find((m) => m.layer === layer && m.input === "ffn-out")?.name as string;
  const zeros = (model: LayeredModel, layer: number) => {
    const shape = model.matrices.find((m) => m.name === nameOf(model, layer))?.shape;
    return new Float32Array((shape?.[0] ?? 0) * (shape?.[1] ?? 0));
  };

  it("are refused with another length", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await using model = await openLayers(folder.path);
    using pass = await model.begin(sequences);
    const replace = new Map([[nameOf(model, 0), new Float32Array(5)]]);
    await expect(pass.advance({ replace })).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
    await expect(pass.advance()).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });
});

describe("logits of two passes", () => {
  it("can be read in turns, with another head", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, models["llama"] as HuggingFaceConfig);
    await using model = await openLayers(folder.path);
    using pass = await model.begin(sequences);
    await toEnd(model, pass);
    using fork = pass.fork();
    const zero = new Map([["lm_head.weight", new Float32Array(96 * 64)]]);
    const [own, again, none] = [pass.logits(), fork.logits(), fork.logits({ replace: zero })].map(
      (each) => each[Symbol.asyncIterator](),
    );
    for (;;) {
      const a = await own?.next();
      const b = await again?.next();
      const c = await none?.next();
      expect(b).toEqual(a);
      if (a?.done) break;
      expect(c?.value.length).toBe(a?.value.length);
      expect(c?.value.every((x: number) => x === 0)).toBe(true);
    }
    expect((await none?.next())?.done).toBe(true);
  });
});

describe("memory", () => {
  it("is that of one layer, however many there are", async () => {
    const held: number[] = [];
    for (const num_hidden_layers of [2, 5]) {
      await using folder = await temporaryFolder();
      await writeHuggingFace(folder.path, { ...models["llama"], num_hidden_layers });
      await using model = await openLayers(folder.path);
      using pass = await model.begin(sequences);
      const before = liveHandles();
      let most = 0;
      while (pass.layer < model.layers) {
        await pass.advance({
          onInput: () => {
            most = Math.max(most, liveHandles().names.length - before.names.length);
          },
        });
      }
      held.push(most);
      for await (const _ of pass.logits()) {
        expect(liveHandles().names).toContain('Parameter "head"');
      }
      expect(liveHandles().names.filter((name) => name.includes("head"))).toEqual([]);
    }
    // 7 matrices, 2 norms and the program.
    expect(held).toEqual([10, 10]);
  });
});

describe("a pass", () => {
  it("refuses what it can't run", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, models["llama"] as HuggingFaceConfig);
    await using model = await openLayers(folder.path);
    const refused = { code: "ERR_ARGUMENT" };
    await expect(model.begin([new Int32Array(0)])).rejects.toMatchObject(refused);
    await expect(model.begin([new Int32Array(257)])).rejects.toMatchObject(refused);
    await expect(model.begin([Int32Array.of(3, 96)])).rejects.toMatchObject(refused);
    await expect(model.readMatrix("model.norm.weight")).rejects.toMatchObject(refused);
    await expect(model.readKept("none")).rejects.toMatchObject(refused);
    await expect(openLayers(folder.path, { batchTokens: 0 })).rejects.toMatchObject(refused);
    using pass = await model.begin(sequences);
    expect(() => pass.logits()).toThrow(expect.objectContaining(refused));
    await toEnd(model, pass);
    await expect(pass.advance()).rejects.toMatchObject(refused);
  });

  it("ends where it is aborted, and others go on", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, models["llama"] as HuggingFaceConfig);
    await using model = await openLayers(folder.path, { batchTokens: 1 });
    using pass = await model.begin(sequences);
    using other = pass.fork();
    const reason = new Error("enough");
    const abort = new AbortController();
    const onInput = () => abort.abort(reason);
    await expect(pass.advance({ onInput, signal: abort.signal })).rejects.toBe(reason);
    expect(() => pass.fork()).toThrow(expect.objectContaining({ code: "ERR_DISPOSED" }));
    await other.advance();
    await model.close();
    await expect(other.advance()).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });
});
