// The hub's cache on disk, in the layout that Python's huggingface_hub and the
// @huggingface/hub package use, so that what one has fetched the others find:
// models--org--name/{blobs,refs,snapshots}.

import { copyFile, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { TokenizerError } from "../errors.js";
import { type FetchOptions, fetchBytes, hubUrl, isOffline, OFFLINE } from "./hub.js";
import { hubCacheFolder } from "./node-environment.js";
import { readIfThere } from "./node-files.js";

export interface HubOptions extends FetchOptions {
  readonly revision?: string;
  readonly cache?: false | string;
}

const COMMIT = /^[0-9a-f]{40}$/;

/** The files of one revision of one repository. */
export class HubCache {
  readonly #folder: string;
  readonly #revision: string;
  #offline: boolean;
  #commit: string | undefined;

  readonly #repository: string;
  readonly #options: HubOptions;

  constructor(repository: string, options: HubOptions) {
    this.#repository = repository;
    this.#options = options;
    const cache = options.cache || hubCacheFolder();
    this.#folder = join(cache, `models--${repository.replaceAll("/", "--")}`);
    this.#revision = options.revision ?? "main";
    if (!/^[\w.-]+(\/[\w.-]+)*$/.test(this.#revision) || /(^|\/)\.\.?(\/|$)/.test(this.#revision)) {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected a revision's name, found ${this.#revision}`,
      );
    }
    this.#offline = isOffline(options);
  }

  /**
   * A file of the repository; undefined if the repository has none of this name. A commit's files
   * never change, and so are fetched once; what a branch points to is asked for each time unless
   * offline, and the cache as it is stands in for a hub that can't be reached.
   */
  async file(name: string): Promise<Uint8Array | undefined> {
    const commit = this.#commit ?? (COMMIT.test(this.#revision) ? this.#revision : undefined);
    const known = commit && (await this.#cached(commit, name));
    if (known) return known;
    if (this.#offline) return this.#fromDisk(name);
    try {
      return await this.#fetch(name);
    } catch (error) {
      const unreachable =
        error instanceof TokenizerError && error.code === "ERR_LOAD" && error.cause;
      // Files of one answer are not mixed with older ones.
      if (!unreachable || this.#commit || !(await this.#ref())) throw error;
      this.#offline = true;
      return this.#fromDisk(name);
    }
  }

  async #fromDisk(name: string): Promise<Uint8Array | undefined> {
    const commit = COMMIT.test(this.#revision) ? this.#revision : await this.#ref();
    if (!commit) {
      throw new TokenizerError(
        "ERR_LOAD",
        `expected ${this.#repository}@${this.#revision} in ${this.#folder}, found none, ${OFFLINE}`,
      );
    }
    return this.#cached(commit, name);
  }

  async #ref(): Promise<string | undefined> {
    const bytes = await readIfThere(join(this.#folder, "refs", this.#revision), this.#options);
    const commit = bytes && new TextDecoder().decode(bytes).trim();
    return commit && COMMIT.test(commit) ? commit : undefined;
  }

  #cached(commit: string, name: string): Promise<Uint8Array | undefined> {
    return readIfThere(join(this.#folder, "snapshots", commit, name), this.#options);
  }

  async #fetch(name: string): Promise<Uint8Array | undefined> {
    const options = this.#options;
    let commit = "";
    let etag = "";
    let size: string | undefined;
    // A large file's redirect says what it is; where it leads to doesn't.
    const see = (headers: Headers) => {
      if (commit) return;
      commit = headers.get("x-repo-commit") ?? "";
      etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^W\/|"/g, "");
      size = headers.get("x-linked-size") ?? undefined;
    };
    const follow: typeof fetch = (input, init) =>
      following(options.fetch ?? fetch, String(input), init ?? {}, see);
    const revision = this.#commit ?? this.#revision;
    const url = hubUrl(this.#repository, name, { ...options, revision });
    const bytes = await fetchBytes(url, { ...options, fetch: follow });
    if (!bytes) return undefined;
    if (size !== undefined && Number(size) !== bytes.length) {
      throw new TokenizerError(
        "ERR_LOAD",
        `expected ${size} bytes from ${url}, found ${bytes.length}`,
      );
    }
    // Without these it's no hub, and nothing is kept.
    if (!COMMIT.test(commit) || !/^\w[\w.-]*$/.test(etag)) return bytes;
    this.#commit ??= commit;
    await this.#keep(name, commit, etag, bytes);
    return bytes;
  }

  async #keep(name: string, commit: string, etag: string, bytes: Uint8Array): Promise<void> {
    const blob = join(this.#folder, "blobs", etag);
    const pointer = join(this.#folder, "snapshots", commit, name);
    await writeWhole(blob, bytes);
    await mkdir(dirname(pointer), { recursive: true });
    await rm(pointer, { force: true });
    try {
      await symlink(relative(dirname(pointer), blob), pointer);
    } catch {
      // Some systems have no symbolic links for everybody.
      await copyFile(blob, pointer);
    }
    if (this.#revision !== commit)
      await writeWhole(join(this.#folder, "refs", this.#revision), commit);
  }
}

/** Follows redirects and shows each answer's headers; the token stays with the first server. */
async function following(
  request: typeof fetch,
  url: string,
  init: RequestInit,
  see: (headers: Headers) => void,
): Promise<Response> {
  let { headers } = init;
  for (let hop = 0; hop < 10; hop++) {
    const response = await request(url, {
      ...init,
      ...(headers && { headers }),
      redirect: "manual",
    });
    if (response.status < 400) see(response.headers);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || !location) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    if (next.origin !== new URL(url).origin) headers = {};
    url = next.href;
  }
  throw new TokenizerError("ERR_LOAD", `expected a file, found more than 10 redirects to ${url}`);
}

/** Written beside its place and moved there, so that nobody finds half of it. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID()}.incomplete`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
