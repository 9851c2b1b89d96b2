// Chunks on their way to the file: while they are hashed and written, the next are coded.

import type { StoredChunk } from "./stored-tensor.js";

/** Chunks that are coded, hashed and written at the same time. */
export const IN_FLIGHT = 4;

export class PutQueue implements AsyncDisposable {
  private readonly puts: Promise<StoredChunk>[] = [];
  /** Settles once the last put has its place in the file. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param put takes bytes that stay as they are until it has resolved */
  constructor(private readonly put: (bytes: Uint8Array) => Promise<StoredChunk>) {}

  /**
   * Waits until fewer than {@link IN_FLIGHT} are on their way: what the chunk as many places before
   * was made in is free again.
   *
   * @param onStored called once the chunk is written
   */
  async add(bytes: Uint8Array | Promise<Uint8Array>, onStored: () => void): Promise<void> {
    // A put takes its place when it begins, so they begin in order.
    const begun = Promise.all([bytes, this.turn]).then(([made]) => ({ stored: this.put(made) }));
    this.turn = begun;
    const put = begun.then(async ({ stored }) => {
      const chunk = await stored;
      onStored();
      return chunk;
    });
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
