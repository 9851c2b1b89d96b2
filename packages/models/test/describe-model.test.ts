// What is said of a model before it is loaded is what it then is.

import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeFolder, describeModel, loadModel, resolveModel } from "../src/index.js";
import { tree, useWorkplace } from "./hub/support/workplace.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "./support/checkpoint.js";
import { commitOf, filesOf } from "./support/hub-server.js";

const workplace = useWorkplace();

const { cases } = JSON.parse(
  readFileSync(new URL("./golden/models.json", import.meta.url), "utf8"),
) as { cases: readonly { readonly name: string; readonly config: HuggingFaceConfig }[] };

const formats = ["as-is", "int8", "int4", "nl4"] as const;

async function expectSame(path: string): Promise<void> {
  for (const weights of formats) {
    const described = await describeModel(path, { weights });
    using model = await loadModel(path, { weights });
    expect(described.weightBytes).toBe(model.weightBytes);
    expect(described.config).toEqual(model.config);
    expect(described.endTokens).toEqual(model.endTokens);
    expect(described.maxPositions).toBe(model.maxPositions);
    for (const type of ["f32", "bf16", "f16"] as const) {
      expect(described.kvBytesPerPosition(type)).toBe(model.kvBytesPerPosition(type));
    }
  }
}

describe.each(cases)("$name", ({ config }) => {
  it("takes the memory that was said", async () => {
    await using folder = await temporaryFolder();
    await writeHuggingFace(folder.path, config, "BF16");
    await expectSame(folder.path);
    await rm(join(folder.path, "model.safetensors"));
    expect((await describeFolder(folder.path)).config.layers).toBe(config["num_hidden_layers"]);
  });
});

it.each(["F16", "Q8_0", "Q4_0", "Q5_1"] as const)("takes it from GGUF in %s", async (dtype) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  const config = cases.find(({ config }) => config["model_type"] === "qwen2")?.config;
  await writeGgufModel(path, { ...config, hidden_size: 64, intermediate_size: 128 }, dtype);
  await expectSame(path);
});

describe("a model of the hub is described without its weights", () => {
  const qwen = cases.find(({ config }) => config["model_type"] === "qwen2")?.config;
  const json = { ...qwen, hidden_size: 64, intermediate_size: 128 };
  const writers = {
    safetensors: async (folder: string) => {
      await writeHuggingFace(folder, json, "BF16");
      await writeFile(join(folder, "generation_config.json"), '{"eos_token_id":[3,4]}');
    },
    gguf: (folder: string) => writeGgufModel(join(folder, "m-Q8_0.gguf"), json, "Q8_0"),
  };
  it.each(Object.keys(writers) as (keyof typeof writers)[])("%s", async (kind) => {
    await using folder = await temporaryFolder();
    await writers[kind](folder.path);
    const lfs = (file: string) => file.endsWith(kind);
    const files = await filesOf(folder.path);
    workplace.server.add("org/described", { commit: commitOf("described"), files, lfs });
    const hub = { endpoint: workplace.server.url, cacheDir: workplace.cacheDir };
    const found = await describeModel("org/described", { weights: "int8", hub });
    const kept = await tree(workplace.cacheDir);
    expect(kept.filter((file) => file.endsWith(kind))).toEqual([]);
    using model = await loadModel(folder.path, { weights: "int8" });
    expect({ ...found, kvBytesPerPosition: 0 }).toEqual({
      config: model.config,
      endTokens: model.endTokens,
      maxPositions: model.maxPositions,
      weightBytes: model.weightBytes,
      kvBytesPerPosition: 0,
    });
    const enough = new Error("enough");
    const beforeWeights = async ({ commit }: { readonly commit: string }) => {
      const again = { ...hub, revision: commit };
      const same = await describeModel("org/described", { weights: "int8", hub: again });
      expect(same.weightBytes).toBe(found.weightBytes);
      throw enough;
    };
    await expect(resolveModel("org/described", { hub, beforeWeights })).rejects.toBe(enough);
  });
});

it("refuses what loadModel refuses", async () => {
  await using folder = await temporaryFolder();
  await writeHuggingFace(folder.path, { ...cases[0]?.config });
  await expect(describeModel(folder.path, { weights: "int2" as never })).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
  });
  await rm(join(folder.path, "config.json"));
  for (const describe of [describeModel, describeFolder]) {
    await expect(describe(folder.path)).rejects.toMatchObject({ code: "ERR_CONFIG" });
  }
});
