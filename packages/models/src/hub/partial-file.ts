// A download that isn't whole yet: `{etag}.incomplete` while nobody writes it, and
// `{etag}.{owner}.{random}.incomplete` while one process does. Renaming is atomic, so that of
// several that want to go on with one only one gets it.

import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ownerName, ownerState } from "./owner.js";

const SUFFIX = ".incomplete";
/** After this, what a process of another machine wrote is nobody's. */
const ABANDONED = 24 * 3_600_000; // milliseconds

export class PartialFile {
  private constructor(
    /** Where the bytes are meanwhile. */
    readonly path: string,
    private readonly blob: string,
    private readonly handle: FileHandle,
    private length: number,
  ) {}

  /** Goes on with what an earlier download of this blob left, or begins anew. */
  static async claim(blob: string, size: number): Promise<PartialFile> {
    await mkdir(dirname(blob), { recursive: true });
    const path = `${blob}.${ownerName}.${randomUUID().slice(0, 8)}${SUFFIX}`;
    for (const left of await leftovers(blob, size)) if (await moved(left.path, path)) break;
    const handle = await open(path, "a");
    try {
      return new PartialFile(path, blob, handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** The bytes that are there, from the file's beginning. */
  get received(): number {
    return this.length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, at);
      at += bytesWritten;
      this.length += bytesWritten;
    }
  }

  /** Drops what has come. */
  async restart(): Promise<void> {
    await this.handle.truncate(0);
    this.length = 0;
  }

  /** Puts the whole file in its place. */
  async finish(): Promise<void> {
    await this.handle.sync(); // a name must not outlive a power cut that its bytes don't
    await this.handle.close();
    await rename(this.path, this.blob);
    for (const { path } of await leftovers(this.blob, this.length)) await rm(path, { force: true });
  }

  /** Leaves what has come for the next download. */
  async leave(): Promise<void> {
    await this.handle.close();
    if (this.length === 0) await rm(this.path, { force: true });
    else await rename(this.path, `${this.blob}${SUFFIX}`);
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false; // somebody else did
    throw error;
  }
}

/** How many bytes of a blob the next download will find. */
export const leftoverBytes = async (blob: string, size: number): Promise<number> =>
  (await leftovers(blob, size))[0]?.length ?? 0;

interface Leftover {
  readonly path: string;
  readonly length: number;
}

/** What nobody writes any more, the longest first. Longer than the file should be is rubbish. */
async function leftovers(blob: string, size: number): Promise<Leftover[]> {
  const folder = dirname(blob);
  const start = `${basename(blob)}.`;
  const found: Leftover[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(start) || !name.endsWith(SUFFIX)) continue;
    const path = join(folder, name);
    const { size: length, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
    const owner = name.slice(start.length - 1, -SUFFIX.length).slice(1);
    if (length < 0 || !isFree(owner, mtimeMs)) continue;
    if (length > size) await rm(path, { force: true });
    else found.push({ path, length });
  }
  return found.sort((a, b) => b.length - a.length);
}

function isFree(owner: string, mtime: number): boolean {
  if (owner === "") return true;
  const state = ownerState(owner);
  return state === "gone" || (state === "unknown" && Date.now() - mtime > ABANDONED);
}
