// Packed weights on disk: the same bits, and nothing that is broken or of another model is used.

import { mkdir, readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { liveHandles } from "@ryanstream/tensor";
import { expect, it } from "vitest";
import { type LoadModelOptions, loadModel } from "../src/index.js";
import { type HuggingFaceConfig, temporaryFolder, writeGgufModel } from "./support/checkpoint.js";
import { run, runnerOf } from "./support/steps.js";

const json: HuggingFaceConfig = {
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

async function logitsOf(path: string, options: LoadModelOptions): Promise<Float32Array> {
  using model = await loadModel(path, options);
  using runner = runnerOf(model);
  return await run(runner, [1, 2, 3, 4], { wanted: 2 });
}

async function setting() {
  const folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeGgufModel(path, json, "Q8_0");
  const packedFolder = join(folder.path, "packed");
  const only = async () => join(packedFolder, (await readdir(packedFolder))[0] as string);
  return { folder, path, packedFolder, only };
}

it("gives the same bits from the folder, and writes it once", async () => {
  const before = liveHandles();
  const { folder, path, packedFolder, only } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, {});
  expect(await logitsOf(path, { packedFolder })).toEqual(expected);
  const written = await readFile(await only());
  expect(await logitsOf(path, { packedFolder })).toEqual(expected);
  expect(await readdir(packedFolder)).toHaveLength(1);
  expect(await readFile(await only())).toEqual(written);
  expect(liveHandles()).toEqual(before);
});

it("maps what is there: another content of the folder gives other logits", async () => {
  const { folder, path, packedFolder, only } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, { packedFolder });
  const bytes = await readFile(await only());
  await writeFile(await only(), bytes.fill(0, bytes.length - 2 ** 13, bytes.length - 2 ** 12));
  expect(await logitsOf(path, { packedFolder })).not.toEqual(expected);
});

it("packs again what is cut, empty or of another header", async () => {
  const { folder, path, packedFolder, only } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, { packedFolder });
  const whole = await readFile(await only());
  const damages: (() => Promise<void>)[] = [
    async () => truncate(await only(), whole.length - 1),
    // The hole that a disk without room leaves in a file that is as long as it should be.
    async () => {
      await truncate(await only(), whole.length - 2000);
      await truncate(await only(), whole.length);
    },
    async () => truncate(await only(), 0),
    async () => truncate(await only(), 12),
    async () => writeFile(await only(), Buffer.from(whole).fill(0x7b, 16, 40)),
    async () => writeFile(await only(), Buffer.from(whole).fill(0xff, 8, 16)),
  ];
  for (const damage of damages) {
    await damage();
    expect(await logitsOf(path, { packedFolder })).toEqual(expected);
    expect(await readFile(await only())).toEqual(whole);
  }
});

it("makes another file for a model that changed, and for other bits", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await logitsOf(path, { packedFolder });
  await logitsOf(path, { packedFolder, weights: "int4" });
  expect(await readdir(packedFolder)).toHaveLength(2);
  await utimes(path, 1, 1);
  await logitsOf(path, { packedFolder });
  expect(await readdir(packedFolder)).toHaveLength(3);
});

it("leaves no half-written file when it is stopped", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  const controller = new AbortController();
  const reason = new Error("enough");
  const loading = loadModel(path, {
    packedFolder,
    signal: controller.signal,
    onProgress: ({ loaded, total }) => {
      if (loaded > 0.9 * total) controller.abort(reason);
    },
  });
  await expect(loading).rejects.toBe(reason);
  expect(await readdir(packedFolder).catch(() => [])).toEqual([]);
});

it("refuses a folder that can't be written before anything is loaded", async () => {
  const { folder, path } = await setting();
  await using _ = folder;
  const progress: number[] = [];
  const options = { packedFolder: path, onProgress: () => progress.push(1) };
  await expect(loadModel(path, options)).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
    message: expect.stringContaining("packedFolder"),
  });
  expect(progress).toEqual([]);
});

it("removes what killed processes left, but not what is being written", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await mkdir(packedFolder);
  const name = (age: string) =>
    join(packedFolder, `${age.repeat(32)}.${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}.tmp`);
  await writeFile(name("a"), "old");
  await utimes(name("a"), 1, 1);
  await writeFile(name("b"), "new");
  await logitsOf(path, { packedFolder });
  expect((await readdir(packedFolder)).filter((each) => each.endsWith(".tmp"))).toHaveLength(1);
});
