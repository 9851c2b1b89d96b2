// The ways to give a blob its name in a snapshot. Symbolic links need a privilege on Windows, and
// some disks have no links at all.

import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, realpath, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";

/** Makes `path` show the content of `blob`; fails if there is something already. */
export type Way = (blob: string, path: string) => Promise<void>;

/** Relative, so that the cache can be moved as a whole. */
export const relativeSymlink: Way = (blob, path) => symlink(relative(dirname(path), blob), path);

/** Takes no more space. The blob may itself be a link, to a store that caches share. */
export const hardLink: Way = async (blob, path) => link(await realpath(blob), path);

export const copyOf: Way = async (blob, path) => {
  // Half a copy must not be found in the snapshot, and a name of its own would be one of its files.
  const temporary = `${blob}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await copyFile(blob, temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** Puts a blob in its place the first way that works, over what is there. */
export async function placeFile(blob: string, path: string, ways: readonly Way[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  let failure: unknown;
  for (const way of ways) {
    try {
      return await way(blob, path);
    } catch (error) {
      // Somebody else has put the same content there.
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
      failure = error;
    }
  }
  throw failure;
}
