// What is removed from a folder of packed weights, and what never is.

import { copyFile, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadModel } from "../../src/index.js";
import { writeGgufModel } from "../support/checkpoint.js";
import { run, runnerOf } from "../support/steps.js";
import { json, logitsOf, setting } from "./support/setting.js";

it("has no file of a model that has changed since, in whatever bits", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await logitsOf(path, { packedFolder });
  await logitsOf(path, { packedFolder, weights: "int4" });
  const before = await readdir(packedFolder);
  await utimes(path, 1, 1);
  await logitsOf(path, { packedFolder });
  const after = await readdir(packedFolder);
  expect(after).toHaveLength(1);
  expect(before).not.toContain(after[0]);
});

it("keeps those of other models", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  const other = join(folder.path, "other.gguf");
  await copyFile(path, other);
  await logitsOf(other, { packedFolder });
  const [kept] = await readdir(packedFolder);
  await logitsOf(path, { packedFolder });
  await utimes(path, 1, 1);
  await logitsOf(path, { packedFolder });
  const names = await readdir(packedFolder);
  expect(names).toHaveLength(2);
  expect(names).toContain(kept);
  // A disk may be away for a while: only another model of that name tells that it won't come back.
  await rm(other);
  await logitsOf(path, { packedFolder });
  expect(await readdir(packedFolder)).toContain(kept);
});

it("has none of a model that was replaced by one of the same name, as commits of the hub are", async () => {
  const { folder, packedFolder } = await setting();
  await using _ = folder;
  const at = async (commit: string) => {
    await mkdir(join(folder.path, commit));
    const path = join(folder.path, commit, "model.gguf");
    await writeGgufModel(path, json, "Q8_0");
    return path;
  };
  const [first, second] = [await at("a"), await at("b")];
  await logitsOf(first, { packedFolder });
  const [old] = await readdir(packedFolder);
  await logitsOf(second, { packedFolder });
  expect(await readdir(packedFolder)).toContain(old);
  await rm(join(folder.path, "a"), { recursive: true });
  await logitsOf(second, { packedFolder });
  const names = await readdir(packedFolder);
  expect(names).toHaveLength(1);
  expect(names).not.toContain(old);
});

it("has none of an older layout, and keeps those of a newer one and what is none", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await mkdir(packedFolder);
  const named = (digit: string) => `${digit.repeat(32)}.packed`;
  await writeFile(join(packedFolder, named("1")), `RYANPK01${"\0".repeat(100)}`);
  await writeFile(join(packedFolder, named("2")), `RYANPK99${"\0".repeat(100)}`);
  await writeFile(join(packedFolder, named("3")), "rubbish");
  await writeFile(join(packedFolder, "notes.packed"), "RYANPK01");
  await writeFile(join(packedFolder, "notes.txt"), "RYANPK01");
  await logitsOf(path, { packedFolder });
  const names = await readdir(packedFolder);
  for (const name of [named("2"), named("3"), "notes.packed", "notes.txt"]) {
    expect(names).toContain(name);
  }
  expect(names).not.toContain(named("1"));
  expect(names).toHaveLength(5);
});

it("may lose a file that is mapped: its model goes on with the same bits", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, { packedFolder });
  const [old = ""] = await readdir(packedFolder);
  using model = await loadModel(path, { packedFolder });
  await utimes(path, 1, 1);
  await logitsOf(path, { packedFolder });
  expect(await readdir(packedFolder)).not.toContain(old);
  using runner = runnerOf(model);
  expect(await run(runner, [1, 2, 3, 4], { wanted: 2 })).toEqual(expected);
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
