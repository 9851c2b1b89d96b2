// One run trains in a folder at a time: of all processes, and within this one.

import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TrainError } from "./errors.js";

const held = new Set<string>();

/** @throws TrainError `ERR_RUN` if a run of a process that is alive holds it */
export async function lockRun(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, "lock");
  if (held.has(path)) throw busy(folder, process.pid, path);
  held.add(path);
  const content = `${process.pid}\n`;
  // Written before it gets its name, so that nobody reads half of it.
  const own = `${path}.${process.pid}`;
  try {
    await writeFile(own, content);
    await take(own, path, folder);
  } catch (error) {
    held.delete(path);
    throw error;
  } finally {
    await rm(own, { force: true });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const found = await readFile(path, "utf8").catch(() => "");
      if (found === content) await rm(path, { force: true });
      held.delete(path);
    },
  };
}

async function take(own: string, path: string, folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await link(own, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (attempt > 0 || isAlive(owner)) throw busy(folder, owner, path);
    await rm(path, { force: true });
  }
}

const busy = (folder: string, owner: number, path: string) =>
  new TrainError("ERR_RUN", `${folder}: process ${owner} trains there (${path})`);

/** A process that was killed leaves its lock; its number may be ours by now. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
