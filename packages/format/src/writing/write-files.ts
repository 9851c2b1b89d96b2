// Writes planned tensors into one or more files that appear together, or not at all.

import { dirname } from "node:path";
import { checkedChunks } from "./checked-chunks.js";
import { PendingFile, syncFolder } from "./pending-file.js";
import type { PlannedTensor } from "./tensor-input.js";

export interface WriteProgress {
  /** The tensor being written, or just written. */
  readonly tensor: string;
  readonly tensorsDone: number;
  readonly tensors: number;
  readonly bytesDone: number;
  /** Of all tensors' data; headers are not counted. */
  readonly bytes: number;
}

export interface WriteOptions {
  /** Called after each chunk, of which 16 MiB at a time, and after each tensor. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  /** Its abort removes what was written so far. */
  readonly signal?: AbortSignal | undefined;
}

/** What a writer has written. */
export interface WrittenFile {
  readonly path: string;
  readonly byteLength: number;
}

/** One file: what comes before the data, then tensors, each padded to `alignment`. */
export interface FilePlan {
  readonly path: string;
  readonly header: Uint8Array;
  readonly tensors: readonly PlannedTensor[];
  /** 1 where tensors follow each other without a gap. */
  readonly alignment: number;
}

export async function writeFiles(
  plans: readonly FilePlan[],
  { onProgress, signal }: WriteOptions,
): Promise<WrittenFile[]> {
  const all = plans.flatMap(({ tensors }) => tensors);
  const bytes = all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  let bytesDone = 0;
  let tensorsDone = 0;
  const pending: PendingFile[] = [];
  try {
    for (const { path, header, tensors, alignment } of plans) {
      signal?.throwIfAborted();
      const file = await PendingFile.create(path);
      pending.push(file);
      await file.write(header);
      for (const planned of tensors) {
        const report = () =>
          onProgress?.({
            tensor: planned.name,
            tensorsDone,
            tensors: all.length,
            bytesDone,
            bytes,
          });
        for await (const chunk of checkedChunks(planned, path, signal)) {
          await file.write(chunk);
          bytesDone += chunk.length;
          report();
        }
        await file.zeros((alignment - (file.byteLength % alignment)) % alignment);
        tensorsDone++;
        report();
      }
      await file.finish();
    }
    signal?.throwIfAborted();
    // From here on only names change. Shards come before the index that names them.
    for (const file of pending) await file.commit();
    for (const folder of new Set(plans.map(({ path }) => dirname(path)))) await syncFolder(folder);
    return pending.map(({ target, byteLength }) => ({ path: target, byteLength }));
  } finally {
    await Promise.all(pending.map((file) => file.discard()));
  }
}
