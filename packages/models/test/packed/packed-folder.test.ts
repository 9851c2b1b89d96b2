// What is removed from a folder of packed weights, and what never is.

import { execFileSync } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadModel } from "../../src/index.js";
import { writeGgufModel } from "../support/checkpoint.js";
import { smallQwen2 } from "../support/small-qwen2.js";
import { run, runnerOf } from "../support/steps.js";
import { logitsOf, setting } from "./support/setting.js";

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
  // A disk may be away for a while.
  await rm(other);
  await logitsOf(path, { packedFolder });
  expect(await readdir(packedFolder)).toContain(kept);
});

/** Writes a model to a file of that name in a folder of that path. */
async function at(...folders: string[]): Promise<string> {
  const folder = join(...folders);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "model.gguf");
  await writeGgufModel(path, smallQwen2, "Q8_0");
  return path;
}

const commits = ["a".repeat(40), "b".repeat(40)] as const;

it.each([
  ["another folder", ["disk", "math"], ["disk", "code"]],
  [
    "another repository",
    ["models--o--m", "snapshots", commits[0]],
    ["models--o--n", "snapshots", commits[1]],
  ],
  [
    "a subfolder",
    ["models--o--m", "snapshots", commits[0], "q"],
    ["models--o--m", "snapshots", commits[1]],
  ],
  ["no commit", ["models--o--m", "snapshots", "a"], ["models--o--m", "snapshots", "b"]],
])(
  "keeps those of a model that is away while another has files of the same name: %s",
  async (_, away, here) => {
    const { folder, packedFolder } = await setting();
    await using __ = folder;
    await logitsOf(await at(folder.path, ...away), { packedFolder });
    const [kept] = await readdir(packedFolder);
    await rm(join(folder.path, ...away), { recursive: true });
    await logitsOf(await at(folder.path, ...here), { packedFolder });
    expect(await readdir(packedFolder)).toContain(kept);
  },
);

it("has none of a commit of the hub's cache that is gone when its model has another there", async () => {
  const { folder, packedFolder } = await setting();
  await using _ = folder;
  const snapshots = join(folder.path, "models--o--m", "snapshots");
  const [first, second] = [await at(snapshots, commits[0]), await at(snapshots, commits[1])];
  await logitsOf(first, { packedFolder });
  const [old] = await readdir(packedFolder);
  await logitsOf(second, { packedFolder });
  expect(await readdir(packedFolder)).toContain(old);
  await rm(join(snapshots, commits[0]), { recursive: true });
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

it("need not be writable, and isn't written, when it has the model", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, { packedFolder });
  await utimes(packedFolder, 1, 1);
  await chmod(packedFolder, 0o555); // which doesn't stop everybody
  expect(await logitsOf(path, { packedFolder })).toEqual(expected);
  // Whatever is made in a folder, or removed from it, changes its time.
  expect((await stat(packedFolder)).mtimeMs).toBe(1000);
  await chmod(packedFolder, 0o755);
});

it("has only names that a later load knows, even while they are written", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await mkdir(packedFolder);
  const names = new Set<string>();
  let watcher: FSWatcher | undefined;
  const written = new Promise<void>((resolve) => {
    watcher = watch(packedFolder, (_, name) => {
      if (name !== null) names.add(name);
      if (name?.endsWith(".packed")) resolve();
    });
  });
  await logitsOf(path, { packedFolder });
  await written;
  watcher?.close();
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}\.(packed|[0-9a-f-]{36}\.tmp)$/);
});

it.skipIf(process.platform === "win32")(
  "may have a pipe in it, which nobody waits for",
  async () => {
    const { folder, path, packedFolder } = await setting();
    await using _ = folder;
    await mkdir(packedFolder);
    const pipe = join(packedFolder, `${"a".repeat(32)}.packed`);
    execFileSync("mkfifo", [pipe]);
    await logitsOf(path, { packedFolder });
    const names = await readdir(packedFolder);
    expect(names).toHaveLength(2);
    const own = join(packedFolder, names.find((name) => join(packedFolder, name) !== pipe) ?? "");
    await rm(own);
    execFileSync("mkfifo", [own]);
    await logitsOf(path, { packedFolder });
    expect((await stat(own)).isFile()).toBe(true);
  },
);
