// The beginning of a file, as far as it has been needed. How long a GGUF header is shows
// only at its end, so the window doubles until everything has been in it.

import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";

const FIRST = 1 << 20;

/** Thrown within the window's bytes where they don't suffice; `bytes` are needed in all. */
export class NeedMore extends Error {
  constructor(readonly bytes: number) {
    super("more of the file is needed");
  }
}

export class HeaderWindow {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** The next byte to read. */
  at = 0;

  constructor(
    readonly file: InputFile,
    private readonly maxBytes: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** Makes `needed` bytes from the file's beginning readable. */
  async grow(needed: number): Promise<void> {
    const size = this.file.byteLength;
    if (needed > size) {
      throw new FormatError("ERR_TRUNCATED", {
        file: this.file.path,
        offset: this.at,
        expected: `a header of at least ${needed} bytes`,
        found: `the end of the file at byte ${size}`,
      });
    }
    if (needed > this.maxBytes) {
      throw new FormatError("ERR_LIMIT", {
        file: this.file.path,
        offset: this.at,
        expected: `a header of at most ${this.maxBytes} bytes`,
        found: `at least ${needed}`,
      });
    }
    const held = this.bytes.length;
    const length = Math.min(size, this.maxBytes, Math.max(needed, 2 * held, FIRST));
    const grown = new Uint8Array(length);
    grown.set(this.bytes);
    await this.file.read(grown.subarray(held), held, this.signal);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Moves on by `size` bytes and returns where they begin. */
  take(size: number): number {
    const from = this.at;
    if (size > this.bytes.length - from) throw new NeedMore(from + size);
    this.at = from + size;
    return from;
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A 64-bit count; beyond 2^53 - 1 it is refused. */
  u64(what: string): number {
    const from = this.take(8);
    const value = this.view.getUint32(from, true) + this.view.getUint32(from + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value)) {
      throw new FormatError("ERR_HEADER", {
        file: this.file.path,
        offset: from,
        expected: `${what} below 2^53`,
        found: this.view.getBigUint64(from, true),
      });
    }
    return value;
  }
}
