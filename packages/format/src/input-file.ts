// A file that is read at given places. It stays open, so that what was checked is what is read.

import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { FormatError } from "./errors.js";

/** Opening a pipe must not wait for somebody to write to it. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Between two of these a read looks at its signal. */
const CHUNK = 16 << 20;

/** A file that is elsewhere than on a disk of this machine, such as one behind HTTP ranges. */
export interface ForeignFile {
  readonly byteLength: number;
  /**
   * Reads at most `length` bytes from `position` on to `into` from `offset` on, as `FileHandle.read` of Node does;
   * at least one, but at the file's end. What it throws is thrown on.
   */
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Opens a path, however that is done. */
export type FileOpener = (path: string) => Promise<InputFile>;

export class InputFile {
  private constructor(
    readonly path: string,
    /** Where it stays when the process goes to another folder. */
    readonly absolutePath: string,
    readonly byteLength: number,
    private readonly handle: ForeignFile | FileHandle,
    /** Undefined where it isn't on a disk of this machine. */
    private readonly identity?: string,
  ) {}

  /** A file that somebody else opened, and that is closed here. */
  static foreign(path: string, file: ForeignFile): InputFile {
    const { byteLength } = file;
    if (Number.isSafeInteger(byteLength) && byteLength >= 0) {
      return new InputFile(path, path, byteLength, file);
    }
    const expected = "a whole number as byteLength";
    throw new FormatError("ERR_ARGUMENT", { file: path, expected, found: byteLength });
  }

  get isForeign(): boolean {
    return this.identity === undefined;
  }

  static async open(path: string): Promise<InputFile> {
    const handle = await open(path, FLAGS).catch((cause: Error) => {
      throw new FormatError("ERR_FILE", {
        file: path,
        expected: "a file that can be read",
        found: cause.message,
        cause,
      });
    });
    try {
      const status = await handle.stat({ bigint: true });
      if (!status.isFile()) {
        throw new FormatError("ERR_FILE", {
          file: path,
          expected: "a regular file",
          found: "something else",
        });
      }
      return new InputFile(path, resolve(path), Number(status.size), handle, identityOf(status));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Fills `into` with the bytes from `offset` on.
   *
   * @throws FormatError `ERR_TRUNCATED` where the file has become shorter; the signal's reason
   */
  async read(into: Uint8Array, offset: number, signal?: AbortSignal): Promise<void> {
    let at = 0;
    while (at < into.length) {
      signal?.throwIfAborted();
      const length = Math.min(CHUNK, into.length - at);
      const { bytesRead } = await this.attempt(() =>
        this.handle.read(into, at, length, offset + at),
      );
      if (bytesRead === 0) {
        throw new FormatError("ERR_TRUNCATED", {
          file: this.path,
          offset: offset + at,
          expected: `${into.length - at} more bytes`,
          found: "the end of the file",
        });
      }
      at += bytesRead;
    }
    signal?.throwIfAborted();
  }

  /** Whether the path still leads to the file that was opened, with its size and time of change. */
  async isUnchanged(): Promise<boolean> {
    const now = await stat(this.absolutePath, { bigint: true }).catch(() => undefined);
    return now !== undefined && identityOf(now) === this.identity;
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.handle.close();
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (this.isForeign) throw cause;
      throw new FormatError("ERR_FILE", {
        file: this.path,
        expected: "a file that can be read",
        found: (cause as Error).message,
        cause,
      });
    }
  }
}

interface Status {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

const identityOf = ({ dev, ino, size, mtimeNs }: Status): string =>
  [dev, ino, size, mtimeNs].join();
