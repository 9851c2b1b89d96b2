// A lock that keeps processes from downloading the same file at once. It only saves traffic: each
// download is written to a file of its own and moved when it's whole, so that a lock taken from
// somebody who was thought dead does no harm.

import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ownerName, ownerState } from "./owner.js";
import { pause } from "./pause.js";

const HEARTBEAT = 20_000; // milliseconds
const STALE = 120_000;
const POLL = 100;

/**
 * Takes the lock, waiting for another holder to release it or to die.
 *
 * @param needless asked while waiting; once it says yes, there's nothing to lock any more
 * @returns the function that releases it; undefined if it became needless
 */
export async function takeLock(
  path: string,
  needless: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<(() => Promise<void>) | undefined> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    signal?.throwIfAborted();
    if (await needless()) return undefined;
    if (await create(path)) {
      const release = holding(path);
      // The last holder may have been done just before.
      if (!(await needless())) return release;
      await release();
      return undefined;
    }
    if (await abandoned(path)) await rm(path, { force: true });
    else await pause(POLL, signal);
  }
}

async function create(path: string): Promise<boolean> {
  try {
    await writeFile(path, ownerName, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function abandoned(path: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return ownerState(owner) === "gone" || Date.now() - mtimeMs > STALE;
  } catch {
    return false; // released just now
  }
}

function holding(path: string): () => Promise<void> {
  const beat = () => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  };
  const timer = setInterval(beat, HEARTBEAT).unref();
  return async () => {
    clearInterval(timer);
    await rm(path, { force: true });
  };
}
