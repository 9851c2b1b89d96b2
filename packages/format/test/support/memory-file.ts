// A file in memory: what a writer makes of it, and what is left when it is cut off at a byte.

import type { ForeignFile } from "../../src/index.js";
import type { OutputFile } from "../../src/ryan/output-file.js";

/** Thrown by a file that has been cut off. */
export class CutOff extends Error {}

export class MemoryFile implements OutputFile {
  readonly path = "memory.ryan";
  bytes = new Uint8Array(0);
  /** Bytes that had been written before each write. */
  readonly writes: number[] = [];
  written = 0;

  /** @param limit bytes that can be written before everything stops, in the middle of a write */
  constructor(private readonly limit = Number.POSITIVE_INFINITY) {}

  async byteLength(): Promise<number> {
    return this.bytes.length;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    this.writes.push(this.written);
    const length = Math.min(bytes.length, this.limit - this.written);
    this.written += length;
    if (position + length > this.bytes.length && length > 0) {
      const grown = new Uint8Array(position + length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(0, length), position);
    if (length < bytes.length) throw new CutOff();
  }

  async read(into: Uint8Array, offset: number, length: number, position: number) {
    const part = this.bytes.subarray(position, position + length);
    into.set(part, offset);
    return { bytesRead: part.length };
  }

  async sync(): Promise<void> {
    if (this.written >= this.limit) throw new CutOff();
  }

  async truncate(byteLength: number): Promise<void> {
    if (this.written >= this.limit) throw new CutOff();
    this.bytes = this.bytes.slice(0, byteLength);
  }

  async publish(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Bytes for `openFile` of `openTensors`. */
export const foreign = (bytes: Uint8Array): ForeignFile => ({
  byteLength: bytes.length,
  async read(into, offset, length, position) {
    const part = bytes.subarray(position, position + length);
    into.set(part, offset);
    return { bytesRead: part.length };
  },
  async close() {},
});
