import { columnsOf, headOf } from "./grid.js";
import { decodeRows } from "./grid-rows.js";
import { loadCoders, type NativeDecoding, nativeCoder } from "./native.js";
import { ownError } from "./native-errors.js";
import { decodePlanesPortable } from "./planes.js";

/** A chunk of planes with the bytes that it stands for, or one of a grid with its rows. */
export type ChunkJob =
  | { readonly coded: Uint8Array; readonly into: Uint8Array }
  | {
      readonly coded: Uint8Array;
      readonly into: Float32Array | Int32Array;
      readonly head: Uint8Array;
      readonly rows: number;
    };

function nativeJob(job: ChunkJob): NativeDecoding {
  if (!("head" in job)) return job;
  const { coded, into, rows, head } = job;
  return { coded, into, rows, grid: headOf(head, columnsOf(rows, into.length)) };
}

function decodePortably(job: ChunkJob): void {
  if (!("head" in job)) decodePlanesPortable(job.coded, job.into);
  else {
    const { coded, into, rows, head } = job;
    decodeRows(headOf(head, columnsOf(rows, into.length)), coded, rows, into);
  }
}

/** An error of `decodeChunks`: which of the jobs it was. */
const failed = (error: unknown, job: number): unknown =>
  error instanceof Error ? Object.assign(error, { job }) : error;

/**
 * Decodes several chunks, on threads where the native coders are installed; the event loop stays
 * free then. Until the promise settles the arrays must neither be written nor transferred.
 *
 * @throws FormatError `ERR_CHUNK` for the first that is malformed; its place is the error's `job`.
 */
export async function decodeChunks(jobs: readonly ChunkJob[]): Promise<void> {
  await loadCoders();
  const coder = nativeCoder();
  if (coder !== undefined) {
    try {
      await coder.decodeChunks(jobs.map(nativeJob));
    } catch (error) {
      const { job } = error as { job?: number };
      throw job === undefined ? error : failed(ownError(error), job);
    }
    return;
  }
  for (const [i, job] of jobs.entries()) {
    // One macrotask a chunk, so that other work has its turn.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      decodePortably(job);
    } catch (error) {
      throw failed(error, i);
    }
  }
}
