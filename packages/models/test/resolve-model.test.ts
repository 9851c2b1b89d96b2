// Models by hub id, from a hub on the loopback interface.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openTensors, writeSafetensors } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
import { type FoundRepository, loadModel, resolveModel } from "../src/index.js";
import { tree, useWorkplace } from "./hub/support/workplace.js";
import { temporaryFolder, writeGgufModel, writeHuggingFace } from "./support/checkpoint.js";
import { commitOf, filesOf } from "./support/hub-server.js";

const workplace = useWorkplace();
const config = {
  model_type: "llama",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  max_position_embeddings: 256,
  eos_token_id: 5,
};

const hub = () => ({ endpoint: workplace.server.url, cacheDir: workplace.cacheDir });

async function addRepository(name: string, more: Record<string, Uint8Array> = {}): Promise<void> {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, config);
  const text = (value: string) => new TextEncoder().encode(value);
  const files = {
    ...(await filesOf(folder.path)),
    "tokenizer.json": text("{}"),
    "README.md": text("#"),
    "pytorch_model.bin": new Uint8Array(1000),
    ...more,
  };
  workplace.server.add(name, { commit: commitOf(name), files });
}

describe("a repository", () => {
  it("is loaded from the files that are needed, and no others", async () => {
    await addRepository("org/llama");
    using model = await loadModel("org/llama", { hub: hub() });
    expect(model.config).toMatchObject({ architecture: "llama", layers: 1 });
    expect(model.endTokens).toEqual([5]);
    const { path, tokenizer } = await resolveModel("org/llama", { hub: hub() });
    expect(tokenizer).toBe(path);
    expect((await readdir(path)).sort()).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
    ]);
  });

  it("tells when all but the weights are there, and doesn't fetch those if that throws", async () => {
    await addRepository("org/described");
    workplace.server.forget();
    const enough = new Error("enough");
    const seen: string[][] = [];
    const beforeWeights = async ({ folder = "", commit }: FoundRepository) => {
      expect(commit).toBe(commitOf("org/described"));
      seen.push((await readdir(folder)).sort());
      throw enough;
    };
    await expect(resolveModel("org/described", { hub: hub(), beforeWeights })).rejects.toBe(enough);
    expect(seen).toEqual([["config.json", "tokenizer.json"]]);
    expect(workplace.server.downloads).toEqual([]);
  });

  it("isn't fetched to be loaded if its weights are more than there is memory for", async () => {
    const huge = { ...config, hidden_size: 2 ** 24, intermediate_size: 2 ** 24, head_dim: 16 };
    const json = new TextEncoder().encode(JSON.stringify(huge));
    await addRepository("org/huge", { "config.json": json });
    workplace.server.forget();
    const refused = expect.objectContaining({ code: "ERR_MEMORY" });
    await expect(loadModel("org/huge", { hub: hub() })).rejects.toEqual(refused);
    const kept = await tree(workplace.cacheDir);
    expect(kept.some((file) => file.endsWith("config.json"))).toBe(true);
    expect(kept.filter((file) => file.endsWith(".safetensors"))).toEqual([]);
  });

  it("is loaded from a server that gives no parts of files", async () => {
    await addRepository("org/whole");
    workplace.server.fail(/storage GET/, { kind: "ignoreRange" });
    using model = await loadModel("org/whole", { hub: hub() });
    expect(model.config.layers).toBe(1);
  });

  it("needs no network once it is there", async () => {
    await addRepository("org/llama");
    const { path } = await resolveModel("org/llama", { hub: hub() });
    const offline = { ...hub(), offline: true };
    expect(await resolveModel("org/llama", { hub: offline })).toEqual({ path, tokenizer: path });
    await expect(resolveModel("org/other", { hub: offline })).rejects.toMatchObject({
      code: "ERR_OFFLINE",
    });
  });

  it("has the shards that its index names", async () => {
    await using folder = await temporaryFolder();
    const tensor = (name: string) => ({
      name,
      dtype: "U8" as const,
      shape: [4],
      data: new Uint8Array(4),
    });
    for (const name of ["a", "b", "c"]) {
      await writeSafetensors(join(folder.path, `part-${name}.safetensors`), [tensor(name)]);
    }
    const weight_map = { a: "part-a.safetensors", b: "part-b.safetensors" };
    const index = join(folder.path, "model.safetensors.index.json");
    await writeFile(index, JSON.stringify({ weight_map }));
    workplace.server.add("org/sharded", {
      commit: commitOf("s"),
      files: await filesOf(folder.path),
    });
    const { path } = await resolveModel("org/sharded", { hub: hub() });
    await using source = await openTensors(path);
    expect([...source.tensors.keys()].sort()).toEqual(["a", "b"]);
    expect(await readdir(path)).not.toContain("part-c.safetensors");
  });

  it.each(["{}", "[", '{"weight_map":{"a":1}}', '{"weight_map":{}}'])(
    "with the index %s is refused",
    async (text) => {
      const files = { "model.safetensors.index.json": new TextEncoder().encode(text) };
      workplace.server.add("org/bad", { commit: commitOf(text), files });
      await expect(resolveModel("org/bad", { hub: hub() })).rejects.toMatchObject({
        code: "ERR_WEIGHTS",
      });
    },
  );

  it("gives one of its GGUF files by a part of its name", async () => {
    await using folder = await temporaryFolder();
    for (const dtype of ["Q8_0", "Q4_0"] as const) {
      await writeGgufModel(join(folder.path, `llama-${dtype}.gguf`), config, dtype);
    }
    workplace.server.add("org/gguf", { commit: commitOf("g"), files: await filesOf(folder.path) });
    for (const name of ["org/gguf:Q4_0", "org/gguf/llama-Q4_0.gguf"]) {
      const { path, tokenizer } = await resolveModel(name, { hub: hub() });
      expect(path).toMatch(/llama-Q4_0\.gguf$/);
      expect(tokenizer).toBe(path);
    }
    using model = await loadModel("org/gguf:Q8_0", { hub: hub() });
    expect(model.parameters).toBeGreaterThan(0);
    await expect(loadModel("org/gguf", { hub: hub() })).rejects.toMatchObject({
      code: "ERR_AMBIGUOUS",
    });
  });

  it("that is missing says so, and an aborted one gives the signal's reason", async () => {
    await expect(resolveModel("org/none", { hub: hub() })).rejects.toMatchObject({
      code: "ERR_NOT_FOUND",
    });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(resolveModel("org/llama", { hub: hub(), signal })).rejects.toThrow("enough");
  });
});

describe("a path", () => {
  it("goes before a repository of the same name, and nothing is fetched", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, config);
    expect(await resolveModel(folder.path, { hub: hub() })).toEqual({
      path: folder.path,
      tokenizer: folder.path,
    });
    const file = join(folder.path, "model.safetensors");
    expect(await resolveModel(file)).toEqual({ path: file, tokenizer: folder.path });
    expect(workplace.server.seen).toEqual([]);
  });

  it("of a folder with a GGUF file alone has its tokenizer there, unless there is another", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "model.gguf");
    await writeGgufModel(file, config, "Q8_0");
    expect(await resolveModel(folder.path)).toEqual({ path: folder.path, tokenizer: file });
    await writeFile(join(folder.path, "tokenizer.json"), "{}");
    expect(await resolveModel(folder.path)).toMatchObject({ tokenizer: folder.path });
  });

  it("with nothing there says what it could be", async () => {
    await using folder = await temporaryFolder();
    for (const path of [join(folder.path, "none"), "none.gguf", "models/none.gguf"]) {
      await expect(resolveModel(path)).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
    }
    await mkdir(join(folder.path, "empty"));
    await expect(resolveModel(join(folder.path, "empty"))).rejects.toMatchObject({
      code: "ERR_UNRECOGNIZED",
    });
    await expect(resolveModel("")).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  });
});

describe("the tokens that end an answer", () => {
  const endTokensOf = async (files: Record<string, unknown>) => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, config);
    for (const [name, value] of Object.entries(files)) {
      await writeFile(join(folder.path, name), JSON.stringify(value));
    }
    using model = await loadModel(folder.path);
    return model.endTokens;
  };
  const { eos_token_id: _, ...silent } = config;

  it.each([
    ["of config.json", { "config.json": { ...config, eos_token_id: [3, 4, 3] } }, [3, 4]],
    ["of generation_config.json first", { "generation_config.json": { eos_token_id: [7] } }, [7]],
    ["of config.json if the other names none", { "generation_config.json": {} }, [5]],
    ["that the weights have", { "generation_config.json": { eos_token_id: [7, 96] } }, [7]],
    ["of no file", { "config.json": silent }, []],
  ])("are those %s", async (_, files, expected) => {
    expect(await endTokensOf(files)).toEqual(expected);
  });

  it.each([[-1], ["x"], [[1, null]], [1.5]])("can't be %j", async (eos) => {
    const files = { "generation_config.json": { eos_token_id: eos } };
    await expect(endTokensOf(files)).rejects.toMatchObject({ code: "ERR_CONFIG" });
  });

  it("are those of turns and texts in a GGUF file", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, config, "Q8_0", (matrix) => matrix, {
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.eot_token_id": 9,
      "tokenizer.ggml.eom_token_id": 2,
    });
    using model = await loadModel(path);
    expect(model.endTokens).toEqual([2, 9]);
  });
});
