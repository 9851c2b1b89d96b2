import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "../../src/hub/cache-folder.js";
import { gitSha1, sha256 } from "../support/hub-server.js";
import {
  bytesOf,
  COMMIT,
  FILES,
  FOLDER,
  fetchAll,
  REPOSITORY,
  useWorkplace,
} from "./support/workplace.js";

const place = useWorkplace();
const MODEL = "model.safetensors";
const blobs = () => readdir(join(place.cacheDir, FOLDER, "blobs"));
const headers = (values: Record<string, string>) => ({ kind: "headers", headers: values }) as const;

describe("what a file holds, at a mirror that doesn't list it,", () => {
  beforeEach(() => place.server.add(REPOSITORY, { commit: COMMIT, files: FILES, bare: true }));

  it("is asked of the hub, not of storage", async () => {
    await fetchAll(place, { files: () => [MODEL] });
    expect(place.server.seen.map(({ on, method }) => `${on} ${method}`)).toEqual([
      "hub GET",
      "hub HEAD",
      "hub GET",
      "storage GET",
    ]);
    expect(await blobs()).toEqual([sha256(FILES[MODEL])]);
  });

  it("is not said by a redirect's own etag", async () => {
    place.server.fail(/hub HEAD .*resolve/, headers({ etag: '"of-the-redirect"' }));
    await fetchAll(place, { files: () => ["config.json"] });
    expect(await blobs()).toEqual([gitSha1(FILES["config.json"])]);
  });

  it("may be said with a weak etag", async () => {
    const etag = gitSha1(FILES["config.json"]);
    place.server.fail(/HEAD .*resolve-cache/, headers({ etag: `W/"${etag}"` }));
    await fetchAll(place, { files: () => ["config.json"] });
    expect(await blobs()).toEqual([etag]);
  });
});

describe("what a listed file holds", () => {
  it("is not contradicted by a proxy's etag", async () => {
    place.server.fail(/GET .*resolve-cache/, headers({ etag: '"proxy-1"' }));
    await fetchAll(place, { files: () => ["config.json"] });
    expect(await blobs()).toEqual([gitSha1(FILES["config.json"])]);
    expect(place.server.seen).toHaveLength(3);
  });

  it("is not contradicted by storage", async () => {
    place.server.fail(/^storage/, headers({ "x-linked-etag": sha256(bytesOf(3)) }));
    await fetchAll(place, { files: () => [MODEL] });
    expect(place.server.downloads).toHaveLength(1);
  });
});

describe("what is still to come", () => {
  it("counts each content once, without what is there", async () => {
    await fetchAll(place, { files: () => ["config.json"] });
    const cache = new CacheFolder(place.cacheDir, REPOSITORY);
    const there = { etag: gitSha1(FILES["config.json"]), size: FILES["config.json"].length };
    const begun = { etag: "begun", size: 1000 };
    await writeFile(`${cache.blob(begun.etag)}.incomplete`, new Uint8Array(300));
    const absent = { etag: "absent", size: 50 };
    expect(await cache.bytesToCome([there, begun, begun, absent])).toBe(750);
  });
});
