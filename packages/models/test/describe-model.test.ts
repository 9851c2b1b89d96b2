// What is said of a model before it is loaded is what it then is.

import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeFolder, describeModel, loadModel } from "../src/index.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
  writeHuggingFace,
} from "./support/checkpoint.js";

const { cases } = JSON.parse(
  readFileSync(new URL("./golden/models.json", import.meta.url), "utf8"),
) as { cases: readonly { readonly name: string; readonly config: HuggingFaceConfig }[] };

const formats = ["as-is", "int8", "int4"] as const;

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
