import { link, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { copyOf, hardLink, placeFile, relativeSymlink } from "../../src/hub/place-file.js";
import { tree, useWorkplace } from "./support/workplace.js";

const place = useWorkplace();
let blob: string;
let path: string;
beforeEach(async () => {
  blob = join(place.cacheDir, "blobs/etag");
  path = join(place.cacheDir, "snapshots/commit/a/b");
  await mkdir(join(blob, ".."), { recursive: true });
  await writeFile(blob, "content");
});

const impossible = async () => {
  throw Object.assign(new Error("not permitted"), { code: "EPERM" });
};

describe("a blob's place in a snapshot", () => {
  it.each([
    ["link", relativeSymlink],
    ["second name", hardLink],
    ["copy", copyOf],
  ])("is a %s, over what was there", async (_, way) => {
    await mkdir(join(path, ".."), { recursive: true });
    await symlink("nowhere", path);
    await placeFile(blob, path, [impossible, way]);
    expect(await readFile(path, "utf8")).toBe("content");
    expect(await tree(place.cacheDir)).toEqual(["blobs/etag", "snapshots/commit/a/b"]);
  });

  it("has the content itself where the blob is a link to a shared store", async () => {
    const store = join(place.cacheDir, "store");
    await link(blob, store);
    await rm(blob);
    await symlink("../store", blob);
    await placeFile(blob, path, [hardLink]);
    expect((await lstat(path)).isFile()).toBe(true);
    expect((await stat(path)).ino).toBe((await stat(store)).ino);
  });

  it("may have been taken by somebody with the same content", async () => {
    const taken = async () => {
      throw Object.assign(new Error("there"), { code: "EEXIST" });
    };
    await placeFile(blob, path, [taken, impossible]);
  });

  it("is nothing where no way works", async () => {
    await expect(placeFile(blob, path, [impossible])).rejects.toThrow("not permitted");
    expect(await tree(join(place.cacheDir, "snapshots"))).toEqual([]);
  });
});
