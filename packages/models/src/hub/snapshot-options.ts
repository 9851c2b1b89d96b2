// What a caller says and gets.

import type { SnapshotProgress } from "./progress.js";

export interface SnapshotOptions {
  /** A branch, a tag or a commit; `main` by default. */
  readonly revision?: string;
  /**
   * Chooses the wanted files from the names of all, which are relative with `/`. Offline, `names` is
   * what the cache knows of. Must give the same for the same names.
   */
  readonly files: (names: readonly string[]) => readonly string[];
  /** The cache; from HF_HUB_CACHE, HF_HOME or XDG_CACHE_HOME by default, else ~/.cache/huggingface/hub. */
  readonly cacheDir?: string;
  /** Whether only the cache is to be used; from HF_HUB_OFFLINE by default. */
  readonly offline?: boolean;
  /** Sent to the hub only. From HF_TOKEN by default, else what `hf auth login` kept; `false` sends none. */
  readonly token?: string | false;
  /** The hub; from HF_ENDPOINT by default, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Stops the download. What has come is kept, and the next call goes on from there. */
  readonly signal?: AbortSignal;
  /** Called for each part that arrives. */
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** In place of the global `fetch`, for instance to go through a proxy. Must heed `redirect: "manual"`. */
  readonly fetch?: typeof fetch;
  /** How often to try again after a failure that may pass; 5 by default. */
  readonly retries?: number;
  /** Longest silence of a server, in milliseconds; 30,000 by default. */
  readonly timeout?: number;
  /** How many files to download at once; 4 by default. */
  readonly concurrency?: number;
}

export interface Snapshot {
  /** The folder that the files are in. */
  readonly path: string;
  /** The commit that the revision is. */
  readonly commit: string;
  /** The chosen files, relative to the folder, in the order of the choice. */
  readonly files: readonly string[];
  /**
   * Who said which commit the revision is. `cache` means offline, or that the hub couldn't be reached and
   * the cache has all chosen files at the commit that it last saw.
   */
  readonly resolvedBy: "hub" | "cache";
}
