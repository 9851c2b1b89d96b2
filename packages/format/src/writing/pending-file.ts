// A file under a temporary name beside its target. It takes the target's place when it is
// whole and on disk, or goes away: what was there before is never half overwritten.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FormatError } from "../errors.js";

/** Small pieces are gathered, so that a thousand norms are not a thousand writes. */
const BUFFER = 1 << 20;

export class PendingFile {
  /** Bytes given to {@link PendingFile.write}. */
  byteLength = 0;
  private readonly buffer = new Uint8Array(BUFFER);
  private buffered = 0;
  private committed = false;

  private constructor(
    readonly target: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(target: string): Promise<PendingFile> {
    const temporary = temporaryPath(target);
    const handle = await attempt(target, () => open(temporary, "wx"));
    return new PendingFile(target, temporary, handle);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.byteLength += bytes.length;
    const isLarge = bytes.length > BUFFER / 2;
    if (isLarge || this.buffered + bytes.length > BUFFER) await this.flush();
    if (isLarge) {
      await this.writeThrough(bytes);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
  }

  async zeros(length: number): Promise<void> {
    for (let left = length; left > 0; left -= BUFFER) {
      await this.write(new Uint8Array(Math.min(left, BUFFER)));
    }
  }

  /** Everything is on disk after this; only the name is missing. */
  async finish(): Promise<void> {
    await this.flush();
    await attempt(this.target, async () => {
      await this.handle.sync();
      await this.handle.close();
    });
  }

  async commit(): Promise<void> {
    await attempt(this.target, () => rename(this.temporary, this.target));
    this.committed = true;
  }

  /** Removes the temporary file, unless it has become the target. */
  async discard(): Promise<void> {
    if (this.committed) return;
    await this.handle.close().catch(() => undefined); // it may be closed already
    await rm(this.temporary, { force: true });
  }

  private async flush(): Promise<void> {
    const bytes = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    await this.writeThrough(bytes);
  }

  private async writeThrough(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await attempt(this.target, () => this.handle.write(bytes, at));
      at += bytesWritten;
    }
  }
}

/** A path beside `target` that nothing else has. */
export function temporaryPath(target: string): string {
  // Not the whole name, which may be as long as a file system allows.
  const stem = basename(target).slice(0, 32);
  const name = `.${stem}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  return join(dirname(target), name);
}

/** Makes the names in a folder as durable as the files. Not every file system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** What the system refuses becomes `ERR_FILE`. */
export async function attempt<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const expected = "a file that can be written";
    throw new FormatError("ERR_FILE", { file, expected, found: (cause as Error).message, cause });
  }
}
