// A model and a folder for its packed weights.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type LoadModelOptions, loadModel } from "../../../src/index.js";
import {
  type HuggingFaceConfig,
  temporaryFolder,
  writeGgufModel,
} from "../../support/checkpoint.js";
import { run, runnerOf } from "../../support/steps.js";

export const json: HuggingFaceConfig = {
  model_type: "qwen2",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
};

export async function logitsOf(path: string, options: LoadModelOptions): Promise<Float32Array> {
  using model = await loadModel(path, options);
  using runner = runnerOf(model);
  return await run(runner, [1, 2, 3, 4], { wanted: 2 });
}

export async function setting() {
  const folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, json, "Q8_0");
  const packedFolder = join(folder.path, "packed");
  const only = async () => join(packedFolder, (await readdir(packedFolder))[0] as string);
  return { folder, path, packedFolder, only };
}
