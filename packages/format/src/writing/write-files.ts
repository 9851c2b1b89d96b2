// Writes planned tensors into one or more files that appear together, or not at all.

import { dirname } from "node:path";
import { FormatError } from "../errors.js";
import { PendingFile, syncFolder } from "./pending-file.js";
import { isData, type PlannedTensor, type TensorData } from "./tensor-input.js";

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

/** What is written at once: one write can't take 2 GiB, and a signal is looked at in between. */
const PIECE = 16 << 20;

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

/** A tensor's data as bytes, which must be exactly as many as its shape and type say. */
async function* checkedChunks(
  { name, dtype, shape, byteLength, data }: PlannedTensor,
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const fail = (found: string): never => {
    throw new FormatError("ERR_DATA", {
      file,
      tensor: name,
      expected: `${byteLength} bytes for ${dtype} [${shape.join(", ")}]`,
      found,
    });
  };
  const given = await unlessAborted(typeof data === "function" ? data() : data, signal);
  if (!isData(given)) fail(`${typeof given}, neither bytes nor an iterable of bytes`);
  let left = byteLength;
  for await (const chunk of chunksOf(given, signal)) {
    if (!ArrayBuffer.isView(chunk)) fail(`a chunk that is ${typeof chunk}, not a view of bytes`);
    if (chunk.byteLength > left) fail(`at least ${byteLength - left + chunk.byteLength}`);
    left -= chunk.byteLength;
    for (let at = 0; at < chunk.byteLength; at += PIECE) {
      signal?.throwIfAborted();
      const length = Math.min(PIECE, chunk.byteLength - at);
      yield new Uint8Array(chunk.buffer, chunk.byteOffset + at, length);
    }
  }
  if (left > 0) fail(`${byteLength - left}`);
}

async function* chunksOf(
  given: TensorData,
  signal: AbortSignal | undefined,
): AsyncGenerator<ArrayBufferView> {
  if (ArrayBuffer.isView(given)) {
    yield given;
    return;
  }
  const iterator =
    Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      ended = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that is stuck would keep a cancelled write from ending.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

/** `work`, unless the signal is aborted before it: a source may never answer. */
function unlessAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return Promise.resolve(work);
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    Promise.resolve(work)
      .finally(() => signal.removeEventListener("abort", stop))
      .then(resolve, reject);
    if (signal.aborted) stop();
  });
}
