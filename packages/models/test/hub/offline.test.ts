import { rm, truncate } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { cacheFolder } from "../../src/hub/environment.js";
import { commitOf, HubServer } from "../support/hub-server.js";
import { pauses } from "./support/pauses.js";
import { COMMIT, FILES, FOLDER, failure, fetchAll, useWorkplace } from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();
const offline = { offline: true };
const rest = ["config.json", "empty", "nested/été #1.txt"];

describe("offline", () => {
  it("uses what the cache has, and no network", async () => {
    const online = await fetchAll(place);
    place.server.forget();
    expect(await fetchAll(place, offline)).toEqual({ ...online, resolvedBy: "cache" });
    expect(await fetchAll(place, { ...offline, revision: COMMIT })).toMatchObject(offlineResult);
    expect(place.server.seen).toEqual([]);
  });
  const offlineResult = { commit: COMMIT, resolvedBy: "cache" };

  it.each([
    ["HF_HUB_OFFLINE", "1"],
    ["HF_HUB_OFFLINE", "yes"],
    ["TRANSFORMERS_OFFLINE", "TRUE"],
  ])("is what %s=%s says, unless the option says otherwise", async (name, value) => {
    vi.stubEnv(name, value);
    expect((await failure(fetchAll(place))).code).toBe("ERR_OFFLINE");
    expect(place.server.seen).toEqual([]);
    expect((await fetchAll(place, { offline: false })).resolvedBy).toBe("hub");
    expect((await fetchAll(place)).resolvedBy).toBe("cache");
  });

  it("names the files that are missing, and what to do", async () => {
    await fetchAll(place, { files: () => rest });
    const error = await failure(fetchAll(place, offline));
    expect(error.code).toBe("ERR_OFFLINE");
    expect(error.message).toMatch(/model\.safetensors of org\/tiny@main/);
    expect(error.message).toContain(place.cacheDir);
    expect(error.message).toMatch(/fetch it once with offline: false \(HF_HUB_OFFLINE=0\)/);
  });

  it("names a revision that was never fetched", async () => {
    await fetchAll(place);
    const error = await failure(fetchAll(place, { ...offline, revision: "v2" }));
    expect(error.message).toMatch(/expected org\/tiny@v2 in the cache/);
  });

  it("names a revision whose snapshot is gone", async () => {
    await fetchAll(place);
    for (const name of ["snapshots", "trees"]) {
      await rm(join(place.cacheDir, FOLDER, name), { recursive: true });
    }
    expect((await failure(fetchAll(place, offline))).message).toMatch(/expected org\/tiny@main/);
  });

  it("names a file whose content is gone", async () => {
    await fetchAll(place);
    await rm(join(place.cacheDir, FOLDER, "blobs"), { recursive: true });
    expect((await failure(fetchAll(place, offline))).message).toMatch(
      /config\.json, model\.safetensors, nested\/été #1\.txt, empty of/,
    );
  });

  it("names a file that is not as long as it was listed", async () => {
    const { path } = await fetchAll(place);
    await truncate(join(path, "config.json"), 3);
    expect((await failure(fetchAll(place, offline))).message).toMatch(/expected config\.json of/);
  });

  it("shows the choice the files that are there, where nobody kept a listing", async () => {
    await fetchAll(place, { files: () => rest });
    await rm(join(place.cacheDir, FOLDER, "trees"), { recursive: true });
    const files = vi.fn((names: readonly string[]) => names);
    expect((await fetchAll(place, { ...offline, files })).files).toEqual(rest);
    expect(files).toHaveBeenCalledWith(rest);
    const error = await failure(fetchAll(place, { ...offline, files: () => ["a.bin"] }));
    expect(error.message).toMatch(/expected a\.bin of/);
  });
});

describe("a hub that can't be reached", () => {
  const dead = { endpoint: "" };
  beforeAll(async () => {
    const gone = await HubServer.start();
    dead.endpoint = gone.url;
    await gone.close();
  });

  it("is not waited for when the cache has all", async () => {
    await fetchAll(place);
    expect(await fetchAll(place, dead)).toMatchObject({ commit: COMMIT, resolvedBy: "cache" });
    expect(pauses).toEqual([]);
  });

  it("or is down gives way to the cache", async () => {
    await fetchAll(place);
    place.server.fail(/api/, { kind: "status", status: 503 });
    expect((await fetchAll(place)).resolvedBy).toBe("cache");
  });

  it("is tried again when the cache lacks a file", async () => {
    await fetchAll(place, { files: () => rest });
    const error = await failure(fetchAll(place, { ...dead, retries: 2 }));
    expect(error.code).toBe("ERR_NETWORK");
    expect(error.message).toMatch(/3 tries.*ECONNREFUSED/);
    place.server.fail(/api/, { kind: "reset" }, { kind: "reset" });
    expect((await fetchAll(place)).resolvedBy).toBe("hub");
  });

  it("gives way to a cache without a listing after the last try", async () => {
    await fetchAll(place);
    await rm(join(place.cacheDir, FOLDER, "trees"), { recursive: true });
    expect((await fetchAll(place, { ...dead, retries: 1 })).resolvedBy).toBe("cache");
    const files = () => {
      throw new Error("no weights");
    };
    expect((await failure(fetchAll(place, { ...dead, files }))).code).toBe("ERR_NETWORK");
  });

  it("never gives way to the cache when it refuses", async () => {
    await fetchAll(place);
    place.server.fail(/api/, { kind: "status", status: 403 });
    expect((await failure(fetchAll(place))).code).toBe("ERR_UNAUTHORIZED");
  });

  it("doesn't mix commits when it fails half-way", async () => {
    await fetchAll(place);
    place.server.add("org/tiny", {
      commit: commitOf("second"),
      files: { ...FILES, "config.json": new Uint8Array([1]) },
    });
    place.server.fail(/resolve/, { kind: "reset" });
    expect((await failure(fetchAll(place, { retries: 0 }))).code).toBe("ERR_NETWORK");
  });
});

describe("the cache's folder", () => {
  it("is the one given, else what the variables say, else in the home", () => {
    vi.stubEnv("HF_HOME", undefined);
    expect(cacheFolder()).toBe(join(homedir(), ".cache/huggingface/hub"));
    vi.stubEnv("XDG_CACHE_HOME", "/x");
    expect(cacheFolder()).toBe("/x/huggingface/hub");
    vi.stubEnv("HF_HOME", "~/hf");
    expect(cacheFolder()).toBe(join(homedir(), "hf/hub"));
    vi.stubEnv("HUGGINGFACE_HUB_CACHE", "$" + "{XDG_CACHE_HOME}/old");
    expect(cacheFolder()).toBe("/x/old");
    vi.stubEnv("HF_HUB_CACHE", "$XDG_CACHE_HOME/$NONE_SUCH");
    expect(cacheFolder()).toBe("/x/$NONE_SUCH");
    expect(cacheFolder("/given")).toBe("/given");
  });

  it("and the hub come from the environment", async () => {
    vi.stubEnv("HF_ENDPOINT", `${place.server.url}/`);
    vi.stubEnv("HF_HUB_CACHE", join(place.cacheDir, "elsewhere"));
    const { fetchSnapshot } = await import("../../src/hub/snapshot.js");
    const { path } = await fetchSnapshot("org/tiny", { files: () => ["config.json"] });
    expect(path).toBe(join(place.cacheDir, "elsewhere", FOLDER, "snapshots", COMMIT));
  });
});
