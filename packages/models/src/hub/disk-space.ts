import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { HubError } from "./errors.js";

/**
 * Refuses a download that the disk has no room for.
 *
 * @param bytes what is still to come
 * @param path where it goes; the first folder above that exists is asked
 * @throws HubError `ERR_DISK`
 */
export async function checkDiskSpace(bytes: number, path: string): Promise<void> {
  if (bytes === 0) return;
  const free = await freeBytes(path);
  if (free === undefined || free >= bytes) return;
  throw new HubError(
    "ERR_DISK",
    `expected ${inGigabytes(bytes)} of free space for ${path}, found ${inGigabytes(free)}; ` +
      "free some, or choose another disk with cacheDir or HF_HUB_CACHE",
  );
}

async function freeBytes(path: string): Promise<number | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch (error) {
      // Some network disks don't say; then writing does.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return undefined;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(3)} GB`;
