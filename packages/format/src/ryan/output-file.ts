// The file that a writer writes to, at the places that it says.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ForeignFile } from "../input-file.js";
import { attempt, syncFolder, temporaryPath } from "../writing/pending-file.js";

export interface OutputFile {
  readonly path: string;
  byteLength(): Promise<number>;
  write(bytes: Uint8Array, position: number): Promise<void>;
  read: ForeignFile["read"];
  /** Waits until all that was written is on disk. */
  sync(): Promise<void>;
  truncate(byteLength: number): Promise<void>;
  /** Gives a new file its name; from then on others see it. */
  publish(): Promise<void>;
  /** Removes a new file that has no name yet. */
  close(): Promise<void>;
}

export class DiskFile implements OutputFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private temporary: string | undefined,
  ) {}

  /** A new file beside its target. */
  static async create(path: string): Promise<DiskFile> {
    const temporary = temporaryPath(path);
    return new DiskFile(path, await attempt(path, () => open(temporary, "wx+")), temporary);
  }

  /** One that is there. */
  static async open(path: string): Promise<DiskFile> {
    return new DiskFile(path, await attempt(path, () => open(path, "r+")), undefined);
  }

  async byteLength(): Promise<number> {
    return (await attempt(this.path, () => this.handle.stat())).size;
  }

  async read(into: Uint8Array, offset: number, length: number, position: number) {
    return attempt(this.path, () => this.handle.read(into, offset, length, position));
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await attempt(this.path, () =>
        this.handle.write(bytes, at, bytes.length - at, position + at),
      );
      at += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return attempt(this.path, () => this.handle.datasync());
  }

  truncate(byteLength: number): Promise<void> {
    return attempt(this.path, () => this.handle.truncate(byteLength));
  }

  async publish(): Promise<void> {
    const { temporary } = this;
    if (temporary === undefined) return;
    await attempt(this.path, () => rename(temporary, this.path));
    this.temporary = undefined;
    await syncFolder(dirname(this.path));
  }

  async close(): Promise<void> {
    await this.handle.close();
    if (this.temporary !== undefined) await rm(this.temporary, { force: true });
  }
}
