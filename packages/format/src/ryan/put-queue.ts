// Chunks on their way to the file: while they are hashed and written, the next is coded.

import type { StoredChunk } from "./stored-tensor.js";

const IN_FLIGHT = 4;

export class PutQueue implements AsyncDisposable {
  private readonly puts: Promise<StoredChunk>[] = [];

  /** @param put takes bytes that stay as they are until it has resolved */
  constructor(private readonly put: (bytes: Uint8Array) => Promise<StoredChunk>) {}

  /** Waits until there is room. */
  async add(bytes: Uint8Array): Promise<void> {
    const put = this.put(bytes);
    put.catch(() => undefined); // whoever waits for it is told
    this.puts.push(put);
    await this.puts.at(-IN_FLIGHT);
  }

  /** All chunks in order, once they are written. */
  chunks(): Promise<StoredChunk[]> {
    return Promise.all(this.puts);
  }

  /** Nothing is being written any more after this. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.puts);
  }
}
