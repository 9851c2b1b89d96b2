// A repository of the Hugging Face hub as a folder of files.

import { CacheFolder } from "./cache-folder.js";
import { fromCache, offlineSnapshot } from "./cached-snapshot.js";
import { checkCount, connectionOf } from "./connection.js";
import { downloadSnapshot } from "./download-snapshot.js";
import { cacheFolder, isOffline } from "./environment.js";
import { asHubError, HubError } from "./errors.js";
import { fetchListing } from "./fetch-listing.js";
import { checkRepository, checkRevision, isCommit } from "./names.js";
import type { Listing } from "./repository-file.js";
import type { Connection } from "./request.js";
import type { Snapshot, SnapshotOptions } from "./snapshot-options.js";
import type { Task } from "./task.js";

export { HubError, type HubErrorCode } from "./errors.js";
export type { SnapshotProgress } from "./progress.js";
export type { Snapshot, SnapshotOptions } from "./snapshot-options.js";

/**
 * Brings files of a repository into the cache that Python's huggingface_hub shares, each checked against
 * its hash, and returns their folder. What the cache has is not fetched again; a commit whose files are all
 * there needs no network.
 *
 * Format: https://huggingface.co/docs/huggingface_hub/guides/manage-cache.
 *
 * @param repository `owner/name` or `name`
 * @throws HubError with the code {@link HubErrorCode} tells; whatever the signal was aborted with; whatever
 * `files` or `onProgress` throws
 *
 * @example
 * ```ts
 * const { path } = await fetchSnapshot("Qwen/Qwen2.5-0.5B", {
 *   files: (names) => names.filter((name) => /\.(safetensors|json)$/.test(name)),
 * });
 * ```
 */
export async function fetchSnapshot(
  repository: string,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const { revision = "main", signal } = options;
  checkRepository(repository);
  checkRevision(revision);
  if (typeof options.files !== "function") {
    throw new HubError("ERR_ARGUMENT", `expected a function as files, found ${options.files}`);
  }
  const concurrency = checkCount("concurrency", options.concurrency ?? 4, 1, 64);
  const connection = await connectionOf(options);
  const cache = new CacheFolder(cacheFolder(options.cacheDir), repository);
  const task = { repository, revision, choose: options.files, cache };
  signal?.throwIfAborted();
  try {
    if (isOffline(options.offline)) return await offlineSnapshot(task);
    const known = await knownListing(task);
    const final = known && isCommit(revision);
    if (final) {
      const cached = await fromCache(task);
      if ("commit" in cached) return cached;
    }
    const listing = final ? known : await currentListing(task, connection, known);
    if ("path" in listing) return listing;
    return await downloadSnapshot(task, connection, listing, concurrency, options.onProgress);
  } catch (error) {
    throw asHubError(error, cache.cacheDir);
  }
}

async function knownListing({ cache, revision }: Task): Promise<Listing | undefined> {
  const commit = await cache.commitOf(revision);
  return commit === undefined ? undefined : cache.listing(commit);
}

/**
 * What the hub lists now. If the hub can't be reached, the snapshot that was last seen has to do, when the
 * cache has all of it; if it well may, that isn't waited for.
 */
async function currentListing(
  task: Task,
  connection: Connection,
  known: Listing | undefined,
): Promise<Listing | Snapshot> {
  const { repository, revision } = task;
  const first = known ? { ...connection, retries: 0 } : connection;
  try {
    return await fetchListing(first, repository, revision);
  } catch (error) {
    if (!(error instanceof HubError && error.code === "ERR_NETWORK")) throw error;
    const cached = await fromCache(task).catch(() => undefined);
    if (cached && "commit" in cached) return cached;
    if (!known) throw error;
  }
  return fetchListing(connection, repository, revision);
}
