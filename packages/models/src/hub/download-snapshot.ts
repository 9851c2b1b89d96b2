// What a listing says, brought into the cache.

import { checkDiskSpace } from "./disk-space.js";
import { downloadBlob, fetchContent } from "./download.js";
import { HubError } from "./errors.js";
import { forEach } from "./for-each.js";
import { Progress, type SnapshotProgress } from "./progress.js";
import type { Content, Listing } from "./repository-file.js";
import type { Connection } from "./request.js";
import type { Snapshot } from "./snapshot-options.js";
import type { Source } from "./source.js";
import { chosen, type Task } from "./task.js";

interface Wanted {
  readonly name: string;
  readonly content: Content;
}

/**
 * Downloads the chosen files that the cache lacks.
 *
 * @throws HubError `ERR_NOT_FOUND` if a chosen file isn't listed, `ERR_DISK` if there's no room for all;
 * else as `downloadBlob`
 */
export async function downloadSnapshot(
  task: Task,
  connection: Connection,
  listing: Listing,
  concurrency: number,
  onProgress?: (progress: SnapshotProgress) => void,
): Promise<Snapshot> {
  const { repository, revision, cache } = task;
  const { commit } = listing;
  const contents = new Map(listing.files.map(({ name, content }) => [name, content]));
  const files = chosen(task, [...contents.keys()]);
  const unknown = files.find((name) => !contents.has(name));
  if (unknown !== undefined) {
    throw new HubError(
      "ERR_NOT_FOUND",
      `expected ${unknown} in ${repository}@${revision}, found ${contents.size} files without it; ` +
        `see them at ${connection.endpoint}/${repository}/tree/${revision}`,
    );
  }
  // A cache that can't be written may still have all that is wanted.
  await cache.keepListing(listing).catch(() => {});

  const source = (file: string, signal: AbortSignal): Source => ({
    connection: { ...connection, signal },
    repository,
    commit,
    file,
  });
  const progress = new Progress(onProgress);
  const wanted: Wanted[] = [];
  await forEach(files, concurrency, connection.signal, async (name, signal) => {
    const listed = contents.get(name);
    if (await cache.hasFile(commit, name, listed?.size)) {
      progress.add(name, listed?.size ?? 0, true);
      return;
    }
    const content = listed ?? (await fetchContent(source(name, signal)));
    progress.add(name, content.size, false);
    wanted.push({ name, content });
  });
  await checkDiskSpace(
    await cache.bytesToCome(wanted.map(({ content }) => content)),
    cache.cacheDir,
  );
  await forEach(wanted, concurrency, connection.signal, async ({ name, content }, signal) => {
    const got = await downloadBlob(source(name, signal), cache, content, (bytes, of) =>
      progress.update(name, bytes, of),
    );
    await cache.placeBlob(got.etag, commit, name);
    progress.update(name, got.size, got, true);
  });
  // Last, so that what the revision was before stays to be found until this is whole.
  const kept = cache.setCommit(revision, commit);
  await (wanted.length > 0 ? kept : kept.catch(() => {}));
  return { path: cache.snapshot(commit), commit, files, resolvedBy: "hub" };
}
