// A hub, an empty cache and an environment without variables of the hub, for each test.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { fetchSnapshot, HubError, type SnapshotOptions } from "../../../src/hub/snapshot.js";
import { commitOf, HubServer, sha256 } from "../../support/hub-server.js";
import { pauses } from "./pauses.js";

export const REPOSITORY = "org/tiny";
export const COMMIT = commitOf("first");
export const FOLDER = "models--org--tiny";

/** Bytes that a seed gives, the same each time. */
export function bytesOf(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export const FILES = {
  "config.json": new TextEncoder().encode('{"model_type":"tiny"}\n'),
  "model.safetensors": bytesOf(300_000),
  "nested/été #1.txt": new TextEncoder().encode("x"),
  empty: new Uint8Array(0),
};

export interface Workplace {
  server: HubServer;
  cacheDir: string;
}

const VARIABLES = [
  "HF_HUB_CACHE HUGGINGFACE_HUB_CACHE HF_HOME XDG_CACHE_HOME HF_ENDPOINT HF_HUB_OFFLINE",
  "TRANSFORMERS_OFFLINE HF_TOKEN HUGGING_FACE_HUB_TOKEN HF_TOKEN_PATH HF_HUB_DISABLE_SYMLINKS",
  "HF_HUB_DISABLE_IMPLICIT_TOKEN",
].flatMap((names) => names.split(" "));

export function useWorkplace(): Workplace {
  const workplace = {} as Workplace;
  beforeAll(async () => {
    workplace.server = await HubServer.start();
  });
  beforeEach(async () => {
    for (const name of VARIABLES) vi.stubEnv(name, undefined);
    workplace.cacheDir = await mkdtemp(join(tmpdir(), "ryanstream-hub-"));
    // A token that the machine's user has must not be read.
    vi.stubEnv("HF_HOME", join(workplace.cacheDir, "home"));
    workplace.server.add(REPOSITORY, { commit: COMMIT, files: FILES });
    workplace.server.forget();
    pauses.length = 0;
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(workplace.cacheDir, { recursive: true, force: true });
  });
  afterAll(() => workplace.server.close());
  return workplace;
}

/** All files of the repository, unless the options say otherwise. */
export const fetchAll = (
  { server, cacheDir }: Workplace,
  options: Partial<SnapshotOptions> = {},
  repository = REPOSITORY,
) =>
  fetchSnapshot(repository, {
    files: (names) => names,
    endpoint: server.url,
    cacheDir,
    ...options,
  });

/** The error that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<HubError> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  if (error instanceof HubError) return error;
  throw new Error(`expected a HubError, found ${error}`, { cause: error });
}

/** Every file below a folder, relative, with `/`. */
export async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((name) => name.split(sep).join("/"))
    .sort();
}

/** The SHA-256 of a file: comparing bytes one by one is slow. */
export const hashOf = async (folder: string, name: string): Promise<string> =>
  sha256(await readFile(join(folder, name)));
