import { lstat, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { SnapshotProgress } from "../../src/hub/snapshot.js";
import { commitOf, gitSha1, sha256 } from "../support/hub-server.js";
import {
  COMMIT,
  FILES,
  FOLDER,
  failure,
  fetchAll,
  hashOf,
  REPOSITORY,
  tree,
  useWorkplace,
} from "./support/workplace.js";

const place = useWorkplace();
const names = Object.keys(FILES);
const model = FILES["model.safetensors"];

describe("a snapshot", () => {
  it("has the bytes of every chosen file, in the order of the choice", async () => {
    const choice = ["nested/été #1.txt", "model.safetensors", "empty", "config.json"];
    const snapshot = await fetchAll(place, { files: () => [...choice, "empty"] });
    expect(snapshot).toEqual({
      path: join(place.cacheDir, FOLDER, "snapshots", COMMIT),
      commit: COMMIT,
      files: choice,
      resolvedBy: "hub",
    });
    for (const [name, bytes] of Object.entries(FILES)) {
      expect(await hashOf(snapshot.path, name)).toBe(sha256(bytes));
    }
  });

  it("shows the choice all names, and fetches nothing else", async () => {
    const files = vi.fn(() => ["config.json"]);
    const { path } = await fetchAll(place, { files });
    expect(files).toHaveBeenCalledWith(names);
    expect(await tree(path)).toEqual(["config.json"]);
    expect(place.server.downloads).toEqual([]);
  });

  it("lies in the layout that all of the hub's libraries share", async () => {
    const { path } = await fetchAll(place);
    const blobs = [
      gitSha1(FILES["config.json"]),
      gitSha1(FILES.empty),
      gitSha1(FILES["nested/été #1.txt"]),
      sha256(model),
    ];
    expect(await tree(join(place.cacheDir, FOLDER))).toEqual(
      [
        ...blobs.map((name) => `blobs/${name}`),
        "refs/main",
        ...names.map((name) => `snapshots/${COMMIT}/${name}`),
        `trees/${COMMIT}.json`,
      ].sort(),
    );
    expect(await readFile(join(place.cacheDir, FOLDER, "refs/main"), "utf8")).toBe(COMMIT);
    expect(await readlink(join(path, "model.safetensors"))).toBe(`../../blobs/${sha256(model)}`);
    expect(await readlink(join(path, "nested/été #1.txt"))).toBe(
      `../../../blobs/${gitSha1(FILES["nested/été #1.txt"])}`,
    );
    expect(
      JSON.parse(await readFile(join(place.cacheDir, FOLDER, `trees/${COMMIT}.json`), "utf8")),
    ).toMatchObject({
      format_version: 1,
      files: {
        "config.json": { size: 22, blob_id: gitSha1(FILES["config.json"]) },
        "model.safetensors": { size: 300_000, lfs_sha256: sha256(model), lfs_size: 300_000 },
      },
    });
  });

  it("has files in place of links where those can't be made", async () => {
    vi.stubEnv("HF_HUB_DISABLE_SYMLINKS", "1");
    const { path } = await fetchAll(place);
    expect((await lstat(join(path, "model.safetensors"))).isFile()).toBe(true);
    expect(await hashOf(path, "model.safetensors")).toBe(sha256(model));
  });

  it("is fetched once: later only the commit is asked for", async () => {
    await fetchAll(place);
    place.server.forget();
    await fetchAll(place);
    expect(place.server.seen.map(({ path }) => path)).toEqual([
      `/api/models/${REPOSITORY}/revision/main?blobs=true`,
    ]);
  });

  it("of a commit needs no network once it's there", async () => {
    await fetchAll(place, { revision: COMMIT });
    place.server.forget();
    expect((await fetchAll(place, { revision: COMMIT })).resolvedBy).toBe("cache");
    expect(place.server.seen).toEqual([]);
    expect(await tree(join(place.cacheDir, FOLDER))).not.toContainEqual(
      expect.stringMatching(/^refs/),
    );
  });

  it("of a commit that was listed once isn't listed again", async () => {
    await fetchAll(place, { revision: COMMIT, files: () => ["config.json"] });
    place.server.forget();
    const { path } = await fetchAll(place, {
      revision: COMMIT,
      files: () => ["model.safetensors"],
    });
    expect(await hashOf(path, "model.safetensors")).toBe(sha256(model));
    expect(place.server.seen.filter((seen) => seen.path.startsWith("/api/models/"))).toEqual([]);
  });

  it("of a new commit shares what didn't change", async () => {
    await fetchAll(place);
    const commit = commitOf("second");
    place.server.add(REPOSITORY, {
      commit,
      files: { ...FILES, "config.json": new Uint8Array([1]) },
    });
    place.server.forget();
    const { path } = await fetchAll(place);
    expect(path).toContain(commit);
    expect(place.server.downloads).toEqual([]);
    expect(await hashOf(path, "model.safetensors")).toBe(sha256(model));
    expect(await hashOf(path, "config.json")).toBe(sha256(new Uint8Array([1])));
  });

  it("is mended where a file is not as long as the hub says", async () => {
    const { path } = await fetchAll(place);
    await truncate(join(path, "model.safetensors"), 17);
    await fetchAll(place);
    expect(await hashOf(path, "model.safetensors")).toBe(sha256(model));
  });

  it("is found in a cache that can't be written", async () => {
    const { path } = await fetchAll(place);
    for (const name of ["refs", "trees"]) {
      const folder = join(place.cacheDir, FOLDER, name);
      await rm(folder, { recursive: true, force: true });
      await writeFile(folder, ""); // nobody, not even root, can make a file below a file
    }
    expect(await fetchAll(place)).toMatchObject({ path, files: names });
  });

  it("may be of a branch with a slash, a tag, or a name without an owner", async () => {
    place.server.add("gpt2", {
      commit: COMMIT,
      files: { "config.json": FILES["config.json"] },
      revisions: { "refs/pr/1": COMMIT },
    });
    const { path } = await fetchAll(place, { revision: "refs/pr/1" }, "gpt2");
    expect(path).toBe(join(place.cacheDir, "models--gpt2", "snapshots", COMMIT));
    const ref = join(place.cacheDir, "models--gpt2", "refs/refs/pr/1");
    expect(await readFile(ref, "utf8")).toBe(COMMIT);
  });

  it("comes from a mirror that lists neither sizes nor hashes", async () => {
    place.server.add(REPOSITORY, { commit: COMMIT, files: FILES, bare: true });
    const { path } = await fetchAll(place);
    for (const [name, bytes] of Object.entries(FILES)) {
      expect(await hashOf(path, name)).toBe(sha256(bytes));
    }
    place.server.forget();
    await fetchAll(place);
    expect(place.server.seen).toHaveLength(1);
  });

  it("holds no file that the repository lacks", async () => {
    const error = await failure(fetchAll(place, { files: () => ["config.json", "absent.bin"] }));
    expect(error.code).toBe("ERR_NOT_FOUND");
    expect(error.message).toMatch(/absent\.bin in org\/tiny@main/);
  });

  it("of nothing is an empty choice", async () => {
    expect((await fetchAll(place, { files: () => [] })).files).toEqual([]);
  });
});

describe("progress", () => {
  it("counts bytes and files up to their totals", async () => {
    const seen: SnapshotProgress[] = [];
    await fetchAll(place, { onProgress: (progress) => seen.push(progress), concurrency: 1 });
    const total = Object.values(FILES).reduce((sum, { length }) => sum + length, 0);
    const last = seen.at(-1);
    expect(last?.all).toEqual({ received: total, total, files: 4, filesDone: 4 });
    for (const [i, { all }] of seen.entries()) {
      expect(all.total).toBe(total);
      expect(all.received).toBeGreaterThanOrEqual(seen[i - 1]?.all.received ?? 0);
    }
    const ofModel = seen.filter(({ file }) => file === "model.safetensors");
    expect(ofModel.length).toBeGreaterThan(2);
    expect(ofModel.at(-1)).toMatchObject({ received: model.length, total: model.length });
  });

  it("counts what the cache has as received", async () => {
    await fetchAll(place, { files: () => ["model.safetensors"] });
    const seen: SnapshotProgress[] = [];
    await fetchAll(place, { onProgress: (progress) => seen.push(progress) });
    expect(seen[0]?.all.received).toBeGreaterThanOrEqual(model.length);
    expect(seen.some(({ file }) => file === "model.safetensors")).toBe(false);
  });

  it("may throw, which stops the download", async () => {
    const oops = new Error("oops");
    const onProgress = () => {
      throw oops;
    };
    await expect(fetchAll(place, { onProgress })).rejects.toBe(oops);
  });
});
