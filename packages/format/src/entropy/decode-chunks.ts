import { FormatError } from "../errors.js";
import { headOf } from "./grid.js";
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
  const { coded, into, rows } = job;
  const columns = rows === 0 ? 0 : into.length / rows;
  if (!Number.isInteger(columns)) {
    const expected = "a number of rows that divides the length";
    throw new FormatError("ERR_ARGUMENT", { expected, found: `${rows} of ${into.length}` });
  }
  return { coded, into, rows, grid: headOf(job.head, columns) };
}

function decodePortably(job: ChunkJob): void {
  if (!("head" in job)) {
    decodePlanesPortable(job.coded, job.into);
    return;
  }
  const { coded, into, rows } = job;
  decodeRows(headOf(job.head, rows === 0 ? 0 : into.length / rows), coded, rows, into);
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
