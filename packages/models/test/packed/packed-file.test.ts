// Packed weights on disk: the same bits, and nothing that is broken or of another model is used.

import { rmSync } from "node:fs";
import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { liveHandles } from "@ryanstream/tensor";
import { expect, it } from "vitest";
import { type LoadProgress, loadModel } from "../../src/index.js";
import { logitsOf, setting } from "./support/setting.js";

it.each(["as-is", "nl4"] as const)(
  "gives the same bits from the folder, and writes it once, for %s",
  async (weights) => {
    const before = liveHandles();
    const { folder, path, packedFolder, only } = await setting();
    await using _ = folder;
    const expected = await logitsOf(path, { weights });
    expect(await logitsOf(path, { packedFolder, weights })).toEqual(expected);
    const written = await readFile(await only());
    expect(await logitsOf(path, { packedFolder, weights })).toEqual(expected);
    expect(await readdir(packedFolder)).toHaveLength(1);
    expect(await readFile(await only())).toEqual(written);
    expect(liveHandles()).toEqual(before);
  },
);

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

it("makes another file for other bits", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await logitsOf(path, { packedFolder });
  await logitsOf(path, { packedFolder, weights: "int4" });
  await logitsOf(path, { packedFolder, weights: "nl4" });
  await logitsOf(path, { packedFolder });
  expect(await readdir(packedFolder)).toHaveLength(3);
});

it("is the same file by a relative path", async () => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  await logitsOf(path, { packedFolder });
  await logitsOf(relative(process.cwd(), path), { packedFolder });
  expect(await readdir(packedFolder)).toHaveLength(1);
});

it("packs what it can't map, if the file goes while it is read", async () => {
  const { folder, path, packedFolder, only } = await setting();
  await using _ = folder;
  const expected = await logitsOf(path, { packedFolder });
  const file = await only();
  let gone = false;
  const onProgress = () => {
    if (!gone) rmSync(file);
    gone = true;
  };
  expect(await logitsOf(path, { packedFolder, onProgress })).toEqual(expected);
  expect(gone).toBe(true);
});

it("tells how far it is, first of loading, then of writing", async () => {
  const { folder, path, packedFolder, only } = await setting();
  await using _ = folder;
  const seen: LoadProgress[] = [];
  const onProgress = (progress: LoadProgress) => seen.push(progress);
  await logitsOf(path, { packedFolder, onProgress });
  const of = (wanted: string) => seen.filter(({ phase }) => phase === wanted);
  expect(seen).toEqual([...of("loading"), ...of("writing")]);
  for (const phase of ["loading", "writing"]) {
    const all = of(phase).map(({ loaded }) => loaded);
    expect(all.length).toBeGreaterThan(5);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(of(phase).every(({ total }) => total === all.at(-1))).toBe(true);
  }
  const { size } = await stat(await only());
  expect(size - (of("writing")[0]?.total ?? 0)).toBe("RYANPKEND".length);
  seen.length = 0;
  await logitsOf(path, { packedFolder, onProgress });
  expect(of("writing")).toEqual([]);
});

it.each<[string, (progress: LoadProgress) => boolean]>([
  ["near the end", ({ loaded, total }) => loaded > 0.9 * total],
  ["while it writes", ({ phase }) => phase === "writing"],
])("leaves no half-written file when it is stopped %s", async (_when, isThen) => {
  const { folder, path, packedFolder } = await setting();
  await using _ = folder;
  const controller = new AbortController();
  const reason = new Error("enough");
  const loading = loadModel(path, {
    packedFolder,
    signal: controller.signal,
    onProgress: (progress) => {
      if (isThen(progress)) controller.abort(reason);
    },
  });
  await expect(loading).rejects.toBe(reason);
  expect(await readdir(packedFolder)).toEqual([]);
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
