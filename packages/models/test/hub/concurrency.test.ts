import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../support/hub-server.js";
import { buildSnapshot } from "./support/build.js";
import {
  COMMIT,
  FILES,
  FOLDER,
  fetchAll,
  hashOf,
  REPOSITORY,
  tree,
  useWorkplace,
} from "./support/workplace.js";

const place = useWorkplace();
const NAME = "model.safetensors";
const model = FILES[NAME];
const only = { files: () => [NAME] };
let folder: string;
let built: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ryanstream-hub-build-"));
  built = await buildSnapshot(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Fetches the model in a process of its own, which says what has come and what it ended with. */
function fetchElsewhere(): ChildProcess {
  const script = `
    import { fetchSnapshot } from ${JSON.stringify(pathToFileURL(built).href)};
    const { path } = await fetchSnapshot(${JSON.stringify(REPOSITORY)}, {
      files: () => [${JSON.stringify(NAME)}],
      endpoint: ${JSON.stringify(place.server.url)},
      cacheDir: ${JSON.stringify(place.cacheDir)},
      onProgress: ({ received }) => received > 0 && console.log(received),
    });
    console.log(path);`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("downloads of the same file at once", () => {
  it("in one process are one", async () => {
    const snapshots = await Promise.all(Array.from({ length: 8 }, () => fetchAll(place, only)));
    for (const { path } of snapshots) expect(await hashOf(path, NAME)).toBe(sha256(model));
    expect(place.server.downloads).toHaveLength(1);
  });

  it("in several processes are one, and leave nothing behind", async () => {
    const children = Array.from({ length: 3 }, fetchElsewhere);
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(place.server.downloads).toHaveLength(1);
    expect(await tree(place.cacheDir)).toEqual([
      `${FOLDER}/blobs/${sha256(model)}`,
      `${FOLDER}/refs/main`,
      `${FOLDER}/snapshots/${COMMIT}/${NAME}`,
      `${FOLDER}/trees/${COMMIT}.json`,
    ]);
  });

  it("of two names with one content are one", async () => {
    place.server.add(REPOSITORY, {
      commit: COMMIT,
      files: { "a.safetensors": model, "b.safetensors": model },
    });
    const { path } = await fetchAll(place);
    expect(await hashOf(path, "b.safetensors")).toBe(sha256(model));
    expect(place.server.downloads).toHaveLength(1);
  });
});

describe("a process that is killed", () => {
  it("leaves no file in place, and what came is gone on with", async () => {
    place.server.fail(/^storage/, { kind: "stall", after: 150_000 });
    const child = fetchElsewhere();
    for await (const text of child.stdout as AsyncIterable<Buffer>) {
      if (String(text).includes("150000")) break;
    }
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const [left] = await readdir(join(place.cacheDir, FOLDER, "blobs"));
    expect(left).toMatch(/\.incomplete$/);
    const { path } = await fetchAll(place, only);
    expect(await hashOf(path, NAME)).toBe(sha256(model));
    expect(place.server.downloads.map(({ range }) => range)).toEqual([undefined, "bytes=150000-"]);
    expect(await readdir(join(place.cacheDir, FOLDER, "blobs"))).toEqual([sha256(model)]);
  });
});
