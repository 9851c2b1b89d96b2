// Files and folders that are there with all of their content, or as they were before.

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const LEFTOVER = /\.[0-9a-f]{12}\.(partial|old)$|^\.(step|chain)-.*\.tmp$/;
const beside = (path: string, end: "partial" | "old") =>
  `${path}.${randomBytes(6).toString("hex")}.${end}`;

/** Writes a text, and replaces what was there once the disk has it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = beside(path, "partial");
  try {
    const file = await open(partial, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Fills a folder, and replaces what was there once it is full and the disk has it. */
export async function fillWhole(
  folder: string,
  fill: (partial: string) => Promise<void>,
): Promise<void> {
  const [partial, old] = [beside(folder, "partial"), beside(folder, "old")];
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    for (const name of await readdir(partial)) await sync(join(partial, name));
    await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(partial, folder);
    await sync(dirname(folder));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** Removes what a process that was killed was writing; of a folder that was being replaced, the old one comes back. */
export async function sweep(folder: string): Promise<void> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!LEFTOVER.test(name) && !/^\.data\..*\.partial$/.test(name)) continue;
    const whole = name.replace(LEFTOVER, "");
    if (name.endsWith(".old") && !names.includes(whole)) {
      await rename(join(folder, name), join(folder, basename(whole)));
    } else {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Not every system lets one open a folder. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
