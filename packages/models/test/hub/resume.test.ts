import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ownerName } from "../../src/hub/owner.js";
import type { SnapshotProgress } from "../../src/hub/snapshot.js";
import { gitSha1, sha256 } from "../support/hub-server.js";
import {
  bytesOf,
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

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();
const model = FILES["model.safetensors"];
const NAME = "model.safetensors";
const only = { files: () => [NAME] };
const STORAGE = /^storage GET/;
const blobs = () => readdir(join(place.cacheDir, FOLDER, "blobs"));
const ranges = () => place.server.downloads.map(({ range }) => range);

/** A part of the file, as an ended download leaves it. */
let left: string;
beforeEach(async () => {
  const folder = join(place.cacheDir, FOLDER, "blobs");
  left = join(folder, `${sha256(model)}.incomplete`);
  await mkdir(folder, { recursive: true });
});

const expectModel = async (path: string) => {
  expect(await hashOf(path, NAME)).toBe(sha256(model));
  expect(await blobs()).toEqual([sha256(model)]);
};

describe("a cut transfer", () => {
  it("goes on where it was cut", async () => {
    place.server.fail(STORAGE, { kind: "cut", after: 100_000 }, { kind: "cut", after: 50_000 });
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=150000-"]);
  });

  it("goes on with what a broken connection let through", async () => {
    place.server.fail(STORAGE, { kind: "drop", after: 200_000 }, { kind: "reset" });
    await expectModel((await fetchAll(place, only)).path);
    expect(place.server.downloads).toHaveLength(3);
  });

  it("leaves what came, after the last retry, for the next call", async () => {
    place.server.fail(STORAGE, { kind: "cut", after: 100_000 });
    const error = await failure(fetchAll(place, { ...only, retries: 0 }));
    expect(error.code).toBe("ERR_NETWORK");
    expect(error.message).toMatch(/model\.safetensors.*what has come is kept/);
    expect((await readFile(left)).length).toBe(100_000);
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual([undefined, "bytes=100000-"]);
  });

  it("may be tried again as often as it comes further by a megabyte", async () => {
    const large = bytesOf(5 * 2 ** 20);
    place.server.add(REPOSITORY, { commit: COMMIT, files: { [NAME]: large } });
    const cut = { kind: "cut", after: 2 ** 20 } as const;
    place.server.fail(STORAGE, cut, cut, cut, cut);
    const { path } = await fetchAll(place, { ...only, retries: 1 });
    expect(await hashOf(path, NAME)).toBe(sha256(large));
  });

  it("that comes no further each time is given up", async () => {
    const large = bytesOf(2 ** 21 + 1);
    place.server.add(REPOSITORY, { commit: COMMIT, files: { [NAME]: large } });
    place.server.fail(STORAGE, ...Array(9).fill({ kind: "ignoreRange", after: 2 ** 21 }));
    expect((await failure(fetchAll(place, { ...only, retries: 2 }))).code).toBe("ERR_NETWORK");
    expect(place.server.downloads).toHaveLength(3);
  });

  it("is asked for anew at the hub, since links to storage expire", async () => {
    place.server.fail(STORAGE, { kind: "cut", after: 10 }, { kind: "status", status: 403 });
    await expectModel((await fetchAll(place, only)).path);
    expect(place.server.seen.filter(({ path }) => path.includes("/resolve/"))).toHaveLength(3);
  });

  it("of a small file goes on too", async () => {
    place.server.fail(/resolve-cache/, { kind: "cut", after: 7 });
    const { path } = await fetchAll(place, { files: () => ["config.json"] });
    expect(await hashOf(path, "config.json")).toBe(sha256(FILES["config.json"]));
    expect(place.server.seen.at(-1)?.range).toBe("bytes=7-");
  });
});

describe("a part of a file", () => {
  it("starts from zero at a server that ignores ranges", async () => {
    await writeFile(left, model.subarray(0, 1000));
    place.server.fail(STORAGE, { kind: "ignoreRange" });
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual(["bytes=1000-"]);
  });

  it.each([
    ["another range", { "content-range": `bytes 0-299999/300000` }],
    ["another size", { "content-range": `bytes 1000-299999/400000` }],
    ["a compressed range", { "content-encoding": "identity, x" }],
  ])("starts from zero at a server that gives %s", async (_, headers) => {
    await writeFile(left, model.subarray(0, 1000));
    place.server.fail(STORAGE, { kind: "headers", headers });
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual(["bytes=1000-", undefined]);
  });

  it("starts from zero at a server that can't satisfy the range", async () => {
    await writeFile(left, model.subarray(0, 1000));
    place.server.fail(STORAGE, { kind: "status", status: 416 });
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual(["bytes=1000-", undefined]);
  });

  it("that is damaged starts from zero", async () => {
    await writeFile(left, new Uint8Array(1000));
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual(["bytes=1000-", undefined]);
  });

  it("that is whole needs no transfer", async () => {
    await writeFile(left, model);
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual([]);
  });

  it("that is too long is rubbish", async () => {
    await writeFile(left, new Uint8Array(model.length + 1));
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual([undefined]);
  });

  it("of another process that has died is gone on with, the longest of all", async () => {
    const dead = ownerName.replace(/\d+$/, "4194305"); // above the largest process id
    await writeFile(left, model.subarray(0, 10));
    await writeFile(left.replace("incomplete", `${dead}.0a.incomplete`), model.subarray(0, 2000));
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual(["bytes=2000-"]);
  });

  it("of a process that may be alive is left alone", async () => {
    const parts = [`${ownerName}.0a`, "00000000-1.0a", "deadbeef"];
    for (const owner of parts) {
      await writeFile(left.replace("incomplete", `${owner}.incomplete`), model.subarray(0, 2000));
    }
    await fetchAll(place, only);
    expect(ranges()).toEqual([undefined]);
    expect(await blobs()).toHaveLength(4);
  });
});

describe("a changed etag", () => {
  it("starts from zero with the content that it names", async () => {
    const other = bytesOf(1000, 7);
    place.server.fail(STORAGE, { kind: "cut", after: 500 });
    let last: SnapshotProgress | undefined;
    const onProgress = (progress: SnapshotProgress) => {
      last = progress;
      if (progress.received === 500) {
        place.server.add(REPOSITORY, { commit: COMMIT, files: { [NAME]: other } });
      }
    };
    const { path } = await fetchAll(place, { ...only, onProgress });
    expect(await hashOf(path, NAME)).toBe(sha256(other));
    expect(last?.all).toEqual({ received: 1000, total: 1000, files: 1, filesDone: 1 });
    expect(await blobs()).toEqual([sha256(other)]);
  });

  it("that never stays the same is an error", async () => {
    const etags = [1, 2, 3].map((seed) => sha256(bytesOf(10, seed)));
    place.server.fail(
      /^hub GET .*resolve/,
      ...etags.map((etag) => ({ kind: "headers" as const, headers: { "x-linked-etag": etag } })),
    );
    expect((await failure(fetchAll(place, only))).code).toBe("ERR_CHECKSUM");
    expect(await blobs()).toEqual([]);
  });
});

describe("what isn't what was announced", () => {
  it("is fetched once more, then refused, and nothing of it is kept", async () => {
    place.server.fail(STORAGE, { kind: "damage", at: 5 }, { kind: "damage", at: 299_999 });
    const error = await failure(fetchAll(place, { ...only, retries: 0 }));
    expect(error.code).toBe("ERR_CHECKSUM");
    expect(error.message).toContain(sha256(model));
    expect(await blobs()).toEqual([]);
    expect(await tree(join(place.cacheDir, FOLDER))).toEqual([`trees/${COMMIT}.json`]);
  });

  it("may be right the second time", async () => {
    place.server.fail(STORAGE, { kind: "damage", at: 5 });
    await expectModel((await fetchAll(place, only)).path);
  });

  it.each([
    ["a large file", NAME, STORAGE],
    ["a small file", "config.json", /resolve-cache/],
  ])("is %s that is too long", async (_, name, on) => {
    place.server.fail(on, { kind: "longer", by: 1 }, { kind: "longer", by: 1_000_000 });
    const onProgress = vi.fn();
    const error = await failure(fetchAll(place, { files: () => [name], onProgress }));
    expect(error.code).toBe("ERR_CHECKSUM");
    expect(await blobs()).toEqual([]);
    for (const [{ received, total }] of onProgress.mock.calls) {
      expect(received).toBeLessThanOrEqual(total);
    }
  });

  it("is a small file with other bytes", async () => {
    const damage = { kind: "damage", at: 3 } as const;
    place.server.fail(/resolve-cache/, damage, damage);
    const error = await failure(fetchAll(place, { files: () => ["config.json"] }));
    expect(error.message).toContain(gitSha1(FILES["config.json"]));
  });
});

describe("an aborted download", () => {
  it("throws the reason and leaves what came", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    place.server.fail(STORAGE, { kind: "stall", after: 100_000 });
    const fetching = fetchAll(place, {
      ...only,
      signal: stop.signal,
      onProgress: ({ received }) => {
        if (received === 100_000) stop.abort(reason);
      },
    });
    await expect(fetching).rejects.toBe(reason);
    expect((await readFile(left)).equals(model.subarray(0, 100_000))).toBe(true);
    await expectModel((await fetchAll(place, only)).path);
    expect(ranges()).toEqual([undefined, "bytes=100000-"]);
  });

  it("that was aborted before asks for nothing", async () => {
    const reason = new Error("no");
    await expect(fetchAll(place, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(place.server.seen).toEqual([]);
  });

  it("keeps the revision at the commit that is whole", async () => {
    await fetchAll(place);
    place.server.add(REPOSITORY, {
      commit: "b".repeat(40),
      files: { ...FILES, [NAME]: bytesOf(9) },
    });
    place.server.fail(STORAGE, { kind: "drop", after: 3 });
    await failure(fetchAll(place, { retries: 0 }));
    expect((await fetchAll(place, { offline: true })).commit).toBe(COMMIT);
  });
});

describe("a failed file", () => {
  let open = () => {};
  const stalled = new Promise<void>((resolve) => {
    open = resolve;
  });

  it("stops the others, which leave what came", { timeout: 10_000 }, async () => {
    place.server.fail(STORAGE, { kind: "stall", after: 100_000 });
    const error = new Error("no more");
    const call = fetchAll(place, {
      timeout: 60_000,
      concurrency: 2,
      files: () => [NAME, "config.json"],
      onProgress: ({ file, received }) => {
        if (file === NAME && received === 100_000) open();
        if (file === "config.json" && received > 0) throw error;
      },
      fetch: async (input, init) => {
        if (String(input).includes("resolve-cache")) await stalled;
        return fetch(input, init);
      },
    });
    await expect(call).rejects.toBe(error);
    expect((await readFile(left)).length).toBe(100_000);
  });
});
