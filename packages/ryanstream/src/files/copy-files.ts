import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Copies those of the files that are there; tells how many. */
export async function copyFiles(
  names: readonly string[],
  from: string,
  to: string,
): Promise<number> {
  let copied = 0;
  for (const name of names) {
    const path = join(from, name);
    if ((await stat(path).catch(() => undefined)) === undefined) continue;
    await copyFile(path, join(to, name));
    copied++;
  }
  return copied;
}
