// A folder of packed files: `KEY.packed`, and `KEY.UUID.tmp` while one is written.

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../errors.js";
import { MAGIC, readPackedHeader } from "./packed-header.js";
import { isOutdated, type PackedIdentity } from "./packed-source.js";

/** After this, what was being written is nobody's: whoever writes changes the file's time again and again. */
const ABANDONED = 3_600_000; // milliseconds
const PACKED = /^[0-9a-f]{32}\.packed$/;
const WRITING = /^[0-9a-f]{32}\.[0-9a-f-]{36}\.tmp$/;

export const packedPath = (folder: string, { key }: Pick<PackedIdentity, "key">): string =>
  join(folder, `${key.slice(0, 32)}.packed`);

export const temporaryPath = (folder: string, { key }: Pick<PackedIdentity, "key">): string =>
  join(folder, `${key.slice(0, 32)}.${randomUUID()}.tmp`);

/**
 * Makes sure that a packed file can be written to a folder, before anything is loaded for it.
 *
 * @throws ModelError `ERR_ARGUMENT`
 */
export async function expectWritable(folder: string, model: PackedIdentity): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const probe = temporaryPath(folder, model);
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(
      "ERR_ARGUMENT",
      `expected a folder that can be written as packedFolder, found ${JSON.stringify(folder)}: ${why}`,
      { cause },
    );
  }
}

/**
 * Removes from a folder what nobody can want any more, where it can: files of models that have changed or were replaced,
 * of older layouts, and what processes that were killed an hour ago or more were writing.
 *
 * Other processes may have mapped what is removed: on Linux and macOS its bytes stay until the last of them lets go, and
 * Windows refuses to remove it. Files are never changed or cut, only removed.
 */
export async function cleanPackedFolder(folder: string, model: PackedIdentity): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    try {
      if (await isRubbish(path, name, model)) await rm(path, { force: true });
    } catch {
      // Somebody else removed it, or may and we mayn't: it takes room, and no more.
    }
  }
}

async function isRubbish(path: string, name: string, model: PackedIdentity): Promise<boolean> {
  if (WRITING.test(name)) return Date.now() - (await stat(path)).mtimeMs > ABANDONED;
  if (!PACKED.test(name)) return false;
  const header = await readPackedHeader(path);
  if (header === "broken") return false; // it is written anew when its model is loaded
  if ("layout" in header) return header.layout < Number(MAGIC.slice(-2));
  return await isOutdated(header.sources, model.sources);
}
