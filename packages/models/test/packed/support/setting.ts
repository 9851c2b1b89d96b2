// A model and a folder for its packed weights.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type LoadModelOptions, loadModel } from "../../../src/index.js";
import { temporaryFolder, writeGgufModel } from "../../support/checkpoint.js";
import { smallQwen2 } from "../../support/small-qwen2.js";
import { run, runnerOf } from "../../support/steps.js";

export async function logitsOf(path: string, options: LoadModelOptions): Promise<Float32Array> {
  using model = await loadModel(path, options);
  using runner = runnerOf(model);
  return await run(runner, [1, 2, 3, 4], { wanted: 2 });
}

export async function setting() {
  const folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, smallQwen2, "Q8_0");
  const packedFolder = join(folder.path, "packed");
  const only = async () => join(packedFolder, (await readdir(packedFolder))[0] as string);
  return { folder, path, packedFolder, only };
}
