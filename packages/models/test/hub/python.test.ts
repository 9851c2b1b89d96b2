// Run against Python's huggingface_hub: RYANSTREAM_PYTHON names an interpreter that has it.

import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sha256 } from "../support/hub-server.js";
import {
  COMMIT,
  FILES,
  FOLDER,
  failure,
  fetchAll,
  hashOf,
  useWorkplace,
} from "./support/workplace.js";

const python = process.env["RYANSTREAM_PYTHON"];
const canImport = (module: string): boolean => {
  if (!python) return false;
  try {
    execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const has = canImport("huggingface_hub");
/** Newer versions remember what a repository has. */
const keepsListings = has && canImport("huggingface_hub._tree_cache");
if (!has) console.log("skipped: RYANSTREAM_PYTHON names no Python with huggingface_hub");

const place = useWorkplace();

/** What was asked about the repository; Python has other questions too. */
const asked = () => place.server.seen.filter(({ path }) => path.includes("org/tiny"));

/** What an expression of huggingface_hub gives; the server must answer meanwhile. */
async function ask(code: string): Promise<unknown> {
  const env = {
    PATH: process.env["PATH"],
    HF_HOME: join(place.cacheDir, "home"),
    HF_HUB_CACHE: place.cacheDir,
    HF_ENDPOINT: place.server.url,
    HF_HUB_DISABLE_XET: "1",
  };
  const script = `import json, huggingface_hub as hub\nprint("\\n" + json.dumps(${code}))`;
  const { stdout } = await promisify(execFile)(python as string, ["-c", script], { env });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

describe.runIf(has)("Python's huggingface_hub", () => {
  it("finds what is fetched here", async () => {
    const { path } = await fetchAll(place);
    place.server.forget();
    expect(await ask('hub.snapshot_download("org/tiny", local_files_only=True)')).toBe(path);
    expect(await ask('hub.try_to_load_from_cache("org/tiny", "nested/été #1.txt")')).toBe(
      join(path, "nested/été #1.txt"),
    );
    expect(
      await ask("[r.size_on_disk for r in hub.scan_cache_dir(hub.constants.HF_HUB_CACHE).repos]"),
    ).toEqual([Object.values(FILES).reduce((sum, { length }) => sum + length, 0)]);
    expect(asked()).toEqual([]);
  });

  it("downloads nothing again", async () => {
    const { path } = await fetchAll(place);
    place.server.forget();
    expect(await ask(`hub.snapshot_download("org/tiny", revision="${COMMIT}")`)).toBe(path);
    expect(asked().filter(({ method }) => method !== "GET")).toEqual([]);
    expect(place.server.downloads).toEqual([]);
    if (keepsListings) expect(asked()).toEqual([]);
  });

  it.runIf(keepsListings)("knows which files a snapshot lacks", async () => {
    const { path } = await fetchAll(place, { files: () => ["config.json"] });
    expect(
      await ask(
        'hub.snapshot_download("org/tiny", allow_patterns="*.json", local_files_only=True)',
      ),
    ).toBe(path);
    await expect(ask('hub.snapshot_download("org/tiny", local_files_only=True)')).rejects.toThrow(
      /IncompleteSnapshotError/,
    );
  });

  const expectAll = async (path: string) => {
    for (const [name, bytes] of Object.entries(FILES)) {
      expect(await hashOf(path, name)).toBe(sha256(bytes));
    }
  };

  it("fetches whole snapshots that are found here", async () => {
    const path = await ask('hub.snapshot_download("org/tiny")');
    place.server.forget();
    const snapshot = await fetchAll(place, { offline: true });
    expect(snapshot.path).toBe(path);
    await expectAll(snapshot.path);
  });

  it.runIf(keepsListings)("keeps listings that are used here", async () => {
    const path = await ask('hub.snapshot_download("org/tiny", allow_patterns="*.json")');
    place.server.forget();
    const files = () => ["config.json"];
    expect(await fetchAll(place, { revision: COMMIT, files })).toMatchObject({ path });
    expect(place.server.seen).toEqual([]);
    const error = await failure(fetchAll(place, { offline: true }));
    expect(error.message).toMatch(/expected empty, model\.safetensors, nested/);
  });

  it("fetches single files that are found here", async () => {
    const each = Object.keys(FILES).map((name) => JSON.stringify(name));
    await ask(`[hub.hf_hub_download("org/tiny", name) for name in [${each}]]`);
    place.server.forget();
    const snapshot = await fetchAll(place, { offline: true });
    expect(snapshot.path).toBe(join(place.cacheDir, FOLDER, "snapshots", COMMIT));
    expect([...snapshot.files].sort()).toEqual(Object.keys(FILES).sort());
    await expectAll(snapshot.path);
    await fetchAll(place);
    expect(place.server.downloads).toEqual([]);
    expect(place.server.seen).toHaveLength(1);
  });
});
