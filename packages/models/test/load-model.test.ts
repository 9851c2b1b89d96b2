// What can't be loaded is refused, with what was expected and where, and nothing is left.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openTensors, tensorsOf, writeSafetensors } from "@ryanstream/format";
import { liveHandles } from "@ryanstream/tensor";
import { describe, expect, it, vi } from "vitest";
import { type Architecture, architectures, loadModel } from "../src/index.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "./support/checkpoint.js";
import { run, runnerOf } from "./support/steps.js";

const json: HuggingFaceConfig = {
  model_type: "llama",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 256,
};

const refused = (code: string, ...parts: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(parts.map((p) => `(?=.*${p})`).join(""), "s")),
  });

describe("configurations that can't be", () => {
  const broken: [string, Record<string, unknown>, string, string[]][] = [
    ["an unknown model", { model_type: "mamba" }, "ERR_ARCHITECTURE", ["llama", "mamba"]],
    ["no model", { model_type: undefined }, "ERR_CONFIG", ["model_type", "nothing"]],
    ["a size that is text", { hidden_size: "64" }, "ERR_CONFIG", ["hidden_size", '"64"']],
    ["a negative size", { intermediate_size: -1 }, "ERR_CONFIG", ["intermediate_size", "-1"]],
    ["a size beyond memory", { num_hidden_layers: 1e9 }, "ERR_CONFIG", ["num_hidden_layers"]],
    [
      "heads that can't be shared",
      { num_key_value_heads: 3 },
      "ERR_CONFIG",
      ["4 query heads", "3"],
    ],
    ["an activation of another kind", { hidden_act: "mish" }, "ERR_CONFIG", ["hidden_act", "mish"]],
    [
      "a scaling that changes with the length",
      { rope_scaling: { rope_type: "dynamic", factor: 2 } },
      "ERR_CONFIG",
      ["rope_type", "dynamic"],
    ],
    [
      "layers of an unknown kind",
      {
        model_type: "mistral",
        layer_types: ["full_attention", "linear_attention", "full_attention"],
      },
      "ERR_CONFIG",
      ["layer_types"],
    ],
    ["a head of no dimension", { head_dim: 0 }, "ERR_CONFIG", ["head_dim", "0"]],
    ["heads of odd dimensions", { head_dim: 15 }, "ERR_CONFIG", ["15"]],
  ];
  it.each(broken)("%s", async (_, changes, code, parts) => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await writeFile(join(folder.path, "config.json"), JSON.stringify({ ...json, ...changes }));
    await expect(loadModel(folder.path)).rejects.toEqual(refused(code, ...parts));
  });

  it("text that isn't JSON, and a folder without a configuration", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    await writeFile(join(folder.path, "config.json"), "{");
    await expect(loadModel(folder.path)).rejects.toEqual(
      refused("ERR_CONFIG", "config.json", "JSON"),
    );
    await writeFile(join(folder.path, "config.json"), "[]");
    await expect(loadModel(folder.path)).rejects.toEqual(refused("ERR_CONFIG", "object"));
  });
});

describe("weights that can't be", () => {
  async function withTensors(
    change: (name: string) => "drop" | "turn" | "integers" | "keep",
  ): Promise<{ path: string } & AsyncDisposable> {
    const folder = await temporaryFolder();
    await writeHuggingFace(folder.path, json);
    const path = join(folder.path, "model.safetensors");
    await using source = await openTensors(path);
    const tensors = [...tensorsOf(source)].flatMap((tensor) => {
      const what = change(tensor.name);
      if (what === "drop") return [];
      if (what === "turn") return [{ ...tensor, shape: tensor.shape.toReversed() }];
      return what === "integers" ? [{ ...tensor, dtype: "I32" as const }] : [tensor];
    });
    await writeSafetensors(`${path}.changed`, tensors);
    await source[Symbol.asyncDispose]();
    const { rename } = await import("node:fs/promises");
    await rename(`${path}.changed`, path);
    return folder;
  }
  const last = "model.layers.2.mlp.down_proj.weight";

  it.each([
    ["drop", [last, "64,128", "none"]],
    ["turn", [last, "64,128", "128,64"]],
    ["integers", [last, "I32"]],
  ] as const)("%s: names the tensor, and leaves nothing allocated", async (what, parts) => {
    const before = liveHandles();
    await using folder = await withTensors((name) => (name === last ? what : "keep"));
    await expect(loadModel(folder.path)).rejects.toEqual(refused("ERR_WEIGHTS", ...parts));
    expect(liveHandles()).toEqual(before);
  });
});

describe("files of another model than the configuration says", () => {
  const cases: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
    ["no head", { tie_word_embeddings: true }, { tie_word_embeddings: false }, ["lm_head.weight"]],
    ["no biases, of qwen2", {}, { model_type: "qwen2" }, ["q_proj.bias"]],
    ["no biases, that are promised", {}, { attention_bias: true }, ["q_proj.bias"]],
    [
      "norms of queries that nothing reads",
      { model_type: "qwen3" },
      { model_type: "llama" },
      ["self_attn.[qk]_norm.weight", "llama"],
    ],
    ["more layers", {}, { num_hidden_layers: 2 }, ["model.layers.2"]],
  ];
  it.each(cases)("%s", async (_, written, said, parts) => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, { ...json, ...written });
    await writeFile(join(folder.path, "config.json"), JSON.stringify({ ...json, ...said }));
    await expect(loadModel(folder.path)).rejects.toEqual(refused("ERR_WEIGHTS", ...parts));
  });
});

it("refuses weights beyond the machine's memory before it takes any", async () => {
  const before = liveHandles();
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, json, "Q8_0");
  const spy = vi.spyOn(process, "constrainedMemory").mockReturnValue(100_000);
  try {
    await expect(loadModel(path)).rejects.toEqual(refused("ERR_MEMORY", "100000", "int4"));
  } finally {
    spy.mockRestore();
  }
  expect(liveHandles()).toEqual(before);
});

it("stops when it is told to, and leaves nothing allocated", async () => {
  const before = liveHandles();
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, json);
  const reason = new Error("enough");
  const controller = new AbortController();
  const loading = loadModel(folder.path, {
    signal: controller.signal,
    onProgress: ({ loaded, total }) => {
      if (loaded > total / 2) controller.abort(reason);
    },
  });
  await expect(loading).rejects.toBe(reason);
  await expect(loadModel(folder.path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(liveHandles()).toEqual(before);
});

it("tells how far it is, up to the whole", async () => {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, json);
  const seen: number[] = [];
  let whole = 0;
  using model = await loadModel(folder.path, {
    onProgress: ({ loaded, total }) => {
      seen.push(loaded);
      whole = total;
    },
  });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(whole);
  expect(model.parameters * 4).toBe(model.weightBytes);
});

it("loads an architecture of one's own", async () => {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, json);
  const own: Architecture = {
    name: "own",
    modelTypes: ["own"],
    ggufNames: [],
    ggufInterleaved: false,
    traits: (config, layers) => ({ windows: Array(layers).fill(config.count("window")) }),
  };
  await writeFile(
    join(folder.path, "config.json"),
    JSON.stringify({ ...json, model_type: "own", window: 8 }),
  );
  using model = await loadModel(folder.path, { architectures: [...architectures, own] });
  expect(model.config).toMatchObject({ architecture: "own", windows: [8, 8, 8] });
  using runner = runnerOf(model);
  expect((await run(runner, [1, 2, 3])).every(Number.isFinite)).toBe(true);
});

it("refuses what a disposed model, and a step too many, ask for", async () => {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, json);
  const model = await loadModel(folder.path);
  const runner = runnerOf(model);
  const first = run(runner, [1, 2, 3]);
  await expect(run(runner, [4])).rejects.toEqual(refused("ERR_ARGUMENT", "one step"));
  expect(() => runner.copyPage(0, 1)).toThrow(refused("ERR_ARGUMENT", "page"));
  await first;
  await expect(run(runner, [96])).rejects.toEqual(expect.objectContaining({ code: "ERR_VALUE" }));
  runner.dispose();
  await expect(run(runner, [1])).rejects.toEqual(refused("ERR_DISPOSED"));
  model.dispose();
  expect(() => runnerOf(model)).toThrow(refused("ERR_DISPOSED"));
});

it("copies a page with all layers", async () => {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, json);
  using model = await loadModel(folder.path);
  using runner = runnerOf(model);
  const tokens = Array.from({ length: 16 }, (_, i) => i + 3);
  await run(runner, tokens);
  const expected = await run(runner, [50], { from: 16 });
  runner.copyPage(0, 30);
  runner.copyPage(1, 31);
  const table = Int32Array.from({ length: 64 }, (_, i) => 30 + (i % 16));
  expect(await run(runner, [50], { from: 16, table })).toEqual(expected);
});
