// A tensor's data while it is written: counted, cut, and given up when the write is cancelled.

import { FormatError } from "../errors.js";
import { isData, type PlannedTensor, type TensorData } from "./tensor-input.js";

/** What is written at once: one write can't take 2 GiB, and a signal is looked at in between. */
const PIECE = 16 << 20;

/** A tensor's data as bytes, which must be exactly as many as its shape and type say. */
export async function* checkedChunks(
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
export function unlessAborted<T>(
  work: T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
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
