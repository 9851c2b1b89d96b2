// What the cache has without the hub.

import { HubError } from "./errors.js";
import type { Snapshot } from "./snapshot-options.js";
import { chosen, type Task } from "./task.js";

/** The snapshot if the cache has all of it, else the names of what it lacks: none if it's unknown. */
export async function fromCache(
  task: Task,
): Promise<Snapshot | { readonly missing: readonly string[] }> {
  const { cache, revision } = task;
  const commit = await cache.commitOf(revision);
  if (commit === undefined) return { missing: [] };
  const listing = await cache.listing(commit);
  const names = listing?.files.map(({ name }) => name) ?? (await cache.fileNames(commit));
  // Without a listing, nobody knows whether what is there is all.
  if (names.length === 0) return { missing: [] };
  const files = chosen(task, names);
  const contents = new Map(listing?.files.map(({ name, content }) => [name, content]));
  const there = await Promise.all(
    files.map((name) => cache.hasFile(commit, name, contents.get(name)?.size)),
  );
  const missing = files.filter((_, i) => !there[i]);
  if (missing.length > 0) return { missing };
  return { path: cache.snapshot(commit), commit, files, resolvedBy: "cache" };
}

/**
 * The snapshot as the cache has it.
 *
 * @throws HubError `ERR_OFFLINE` with the files that it lacks
 */
export async function offlineSnapshot(task: Task): Promise<Snapshot> {
  const cached = await fromCache(task);
  if ("commit" in cached) return cached;
  const { missing } = cached;
  const { repository, revision, cache } = task;
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
  const what = missing.length > 0 ? `${missing.slice(0, 5).join(", ")}${more} of ` : "";
  throw new HubError(
    "ERR_OFFLINE",
    `expected ${what}${repository}@${revision} in the cache ${cache.cacheDir}, since offline; found ` +
      "nothing; fetch it once with offline: false (HF_HUB_OFFLINE=0), or copy the cache from where it is",
  );
}
