// Headers of models of the hub, without their weights.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { inspect, openTensors, writeGguf, writeSafetensors } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
import { openHeaders, resolveModel } from "../src/index.js";
import { tree, useWorkplace } from "./hub/support/workplace.js";
import { temporaryFolder } from "./support/checkpoint.js";
import { commitOf, filesOf, type HubServer } from "./support/hub-server.js";

const workplace = useWorkplace();
const hub = () => ({ endpoint: workplace.server.url, cacheDir: workplace.cacheDir });

const tensors = ["a", "b", "c"].map((name) => ({
  name,
  dtype: "F32" as const,
  shape: [1024, 1024],
  data: new Uint8Array(2 ** 22).fill(name.charCodeAt(0)),
}));

/** Every file of a folder, as a repository. */
async function add(server: HubServer, name: string, folder: string): Promise<void> {
  const lfs = (file: string) => /\.(safetensors|gguf)$/.test(file);
  server.add(name, { commit: commitOf(name), files: await filesOf(folder), lfs });
}

const kinds = {
  single: (folder: string) => writeSafetensors(join(folder, "model.safetensors"), tensors),
  shards: (folder: string) =>
    writeSafetensors(join(folder, "model.safetensors"), tensors, { maxShardBytes: 5 * 2 ** 20 }),
  gguf: (folder: string) => writeGguf(join(folder, "m-Q8_0.gguf"), tensors, { metadata: {} }),
  parts: (folder: string) =>
    writeGguf(join(folder, "m-Q8_0.gguf"), tensors, { metadata: {}, maxShardBytes: 5 * 2 ** 20 }),
};

async function setting(kind: keyof typeof kinds) {
  const folder = await temporaryFolder();
  await kinds[kind](folder.path);
  await add(workplace.server, "org/headers", folder.path);
  const local = await openTensors(folder.path);
  const expected = inspect(local);
  await local.close();
  return { folder, expected };
}

const bytesOf = (ranges: readonly (string | undefined)[]): number =>
  ranges.reduce((sum, range) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    return sum + Number(to) + 1 - Number(from);
  }, 0);

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("of a repository, %s", (kind) => {
  it("are those of its files, of which only the beginnings come", async () => {
    const { folder, expected } = await setting(kind);
    await using _ = folder;
    const { source } = await openHeaders("org/headers", { hub: hub() });
    const found = inspect(source);
    expect({ ...found, files: [] }).toEqual({ ...expected, files: [] });
    expect(found.files.map(({ byteLength, dataOffset }) => [byteLength, dataOffset])).toEqual(
      expected.files.map(({ byteLength, dataOffset }) => [byteLength, dataOffset]),
    );
    for (const { path } of found.files) expect(path).toMatch(/^org.headers.[\w.-]+$/);
    const ranges = workplace.server.downloads.map(({ range }) => range);
    expect(bytesOf(ranges)).toBeLessThanOrEqual(3 * 2 ** 20); // 1 MiB for each part of GGUF
    const kept = await tree(workplace.cacheDir);
    expect(kept.filter((file) => /\.(safetensors|gguf)$/.test(file))).toEqual([]);
    expect((await source.read("b", { rows: [7, 8] })).every((byte) => byte === 98)).toBe(true);
    await source.close();
  });

  it("are those of the cache where it has the model, also offline", async () => {
    const { folder, expected } = await setting(kind);
    await using _ = folder;
    const { path } = await resolveModel("org/headers", { hub: hub() });
    workplace.server.forget();
    for (const offline of [false, true]) {
      const { source } = await openHeaders("org/headers", { hub: { ...hub(), offline } });
      expect({ ...inspect(source), files: [] }).toEqual({ ...expected, files: [] });
      expect(source.files.every((file) => file.path.startsWith(workplace.cacheDir))).toBe(true);
      await source.close();
    }
    expect(path).toContain(workplace.cacheDir);
    expect(workplace.server.downloads).toEqual([]);
  });

  it("are refused offline where the cache lacks the model, and what was asked before is no model", async () => {
    const { folder } = await setting(kind);
    await using _ = folder;
    const offline = { ...hub(), offline: true };
    const refused = expect.objectContaining({ code: "ERR_OFFLINE" });
    await expect(openHeaders("org/headers", { hub: offline })).rejects.toEqual(refused);
    const { source } = await openHeaders("org/headers", { hub: hub() });
    await source.close();
    await expect(openHeaders("org/headers", { hub: offline })).rejects.toEqual(refused);
  });
});

describe("the model that is meant", () => {
  it("is one GGUF file of several", async () => {
    await using folder = await temporaryFolder();
    for (const name of ["m-Q8_0.gguf", "m-Q4_0.gguf"]) {
      await writeGguf(join(folder.path, name), tensors.slice(0, 1), { metadata: { name } });
    }
    await add(workplace.server, "org/several", folder.path);
    const { source } = await openHeaders("org/several:Q4_0", { hub: hub() });
    expect(source.metadata.get("name")).toBe("m-Q4_0.gguf");
    await source.close();
    await expect(openHeaders("org/several", { hub: hub() })).rejects.toMatchObject({
      code: "ERR_AMBIGUOUS",
    });
  });

  it("may lie at a path", async () => {
    await using folder = await temporaryFolder();
    await kinds.single(folder.path);
    for (const path of [folder.path, join(folder.path, "model.safetensors")]) {
      const headers = await openHeaders(path);
      expect(headers.folder).toBe(folder.path);
      expect(headers.source.tensors.size).toBe(3);
      await headers.source.close();
    }
    await rm(join(folder.path, "model.safetensors"));
    await mkdir(join(folder.path, "org"));
    await expect(openHeaders(join(folder.path, "none.gguf"))).rejects.toMatchObject({
      code: "ERR_FILE",
    });
  });
});
