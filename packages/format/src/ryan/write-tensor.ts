// A tensor's elements into chunks.

import { dtypes } from "../dtype.js";
import {
  encodeChunks,
  encodedBound,
  encodeGrid,
  type GridCodes,
  layoutOf,
} from "../entropy/index.js";
import { FormatError } from "../errors.js";
import { checkedChunks, unlessAborted } from "../writing/checked-chunks.js";
import { ChunkCoder } from "./chunk-coder.js";
import { MAX_CHUNK_BYTES, PAGE } from "./layout.js";
import { IN_FLIGHT, PutQueue } from "./put-queue.js";
import { recut } from "./recut.js";
import type { PlannedRyanTensor } from "./ryan-tensor.js";
import type { StoredChunk, StoredTensor } from "./stored-tensor.js";

/** What of a tensor decides whether coding it is worth it. */
const TRIAL = 8 << 20;

export interface ChunkSink {
  readonly path: string;
  /** About how many bytes of elements a chunk has. */
  readonly chunkBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Stores a chunk after those before it; `bytes` may be used again once it has resolved. */
  put(bytes: Uint8Array): Promise<StoredChunk>;
  /** Called with the bytes of elements that are done. */
  onBytes(count: number): void;
}

export async function writeTensor(
  tensor: PlannedRyanTensor,
  sink: ChunkSink,
): Promise<StoredTensor> {
  if (tensor.grid !== undefined) return writeGrid(tensor, tensor.grid, sink);
  const { name, dtype, shape, byteLength } = tensor;
  const own = { name, dtype, shape, head: undefined };
  if (byteLength === 0) {
    for await (const _ of checkedChunks(tensor, sink.path, sink.signal));
    return { ...own, encoding: "raw", chunkBytes: 0, chunks: [] };
  }
  const chunkBytes = Math.min(byteLength, wholeRows(tensor, sink.chunkBytes));
  const pieces = recut(checkedChunks(tensor, sink.path, sink.signal), chunkBytes);
  if (tensor.encoding === "raw") return writeRaw(tensor, pieces, sink);

  try {
    return await writeExact(tensor, chunkBytes, pieces, sink);
  } finally {
    await pieces.return();
  }
}

async function writeExact(
  tensor: PlannedRyanTensor,
  chunkBytes: number,
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  sink: ChunkSink,
): Promise<StoredTensor> {
  const { name, dtype, shape } = tensor;
  const layout = layoutOf(dtype);
  const first: Uint8Array[] = [];
  let given = 0;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    first.push(next.value.slice());
    given += next.value.length;
    if (given >= TRIAL) break;
  }
  const coded = await encodeChunks(
    first.map((bytes) => {
      return { bytes, layout, into: new Uint8Array(encodedBound(bytes.length, layout)) };
    }),
  );
  const taken = coded.reduce((sum, { length }) => sum + length, 0);
  if (taken > given - given / 64) {
    return writeRaw(tensor, both(first, pieces), sink);
  }
  await using puts = new PutQueue((bytes) => sink.put(bytes));
  for (const [i, bytes] of coded.entries()) {
    const { length } = first[i] as Uint8Array;
    await puts.add(bytes, () => sink.onBytes(length));
  }
  const coders = Array.from({ length: IN_FLIGHT }, () => new ChunkCoder(layout, chunkBytes));
  let next = 0;
  for await (const piece of pieces) {
    const { length } = piece;
    const coder = coders[next++ % IN_FLIGHT] as ChunkCoder;
    await puts.add(coder.encode(piece), () => sink.onBytes(length));
  }
  const chunks = await puts.chunks();
  return { name, dtype, shape, encoding: "planes", chunkBytes, head: undefined, chunks };
}

/** Chunks without gaps, so that the tensor can be mapped. */
async function writeRaw(
  { name, dtype, shape, byteLength }: PlannedRyanTensor,
  pieces: AsyncIterable<Uint8Array>,
  sink: ChunkSink,
): Promise<StoredTensor> {
  const pages = PAGE * Math.max(1, Math.floor(sink.chunkBytes / PAGE));
  const chunkBytes = Math.min(byteLength, pages);
  const chunks: StoredChunk[] = [];
  for await (const piece of recut(pieces, chunkBytes)) {
    chunks.push(await sink.put(piece));
    sink.onBytes(piece.length);
  }
  return { name, dtype, shape, encoding: "raw", chunkBytes, head: undefined, chunks };
}

async function writeGrid(
  tensor: PlannedRyanTensor,
  given: GridCodes | (() => GridCodes | Promise<GridCodes>),
  sink: ChunkSink,
): Promise<StoredTensor> {
  const { name, dtype, shape, byteLength, rowBytes, rows } = tensor;
  const grid = await unlessAborted(typeof given === "function" ? given() : given, sink.signal);
  const [n, k] = grid.shape;
  if (n !== shape[0] || k !== shape[1]) {
    throw new FormatError("ERR_DATA", {
      file: sink.path,
      tensor: name,
      expected: `a grid of [${shape.join(", ")}]`,
      found: `[${n}, ${k}]`,
    });
  }
  const own = { name, dtype, shape };
  if (byteLength === 0) {
    return { ...own, encoding: "raw", chunkBytes: 0, head: undefined, chunks: [] };
  }
  const encoded = encodeGrid(grid);
  const head = await sink.put(encoded.head);
  const rowsOfChunk = Math.min(rows, Math.max(1, Math.floor(sink.chunkBytes / rowBytes)));
  await using puts = new PutQueue((bytes) => sink.put(bytes));
  for (let first = 0; first < rows; first += rowsOfChunk) {
    sink.signal?.throwIfAborted();
    const end = Math.min(rows, first + rowsOfChunk);
    await puts.add(encoded.rows(first, end), () => sink.onBytes((end - first) * rowBytes));
  }
  const chunkBytes = rowsOfChunk * rowBytes;
  return { ...own, encoding: "grid", chunkBytes, head, chunks: await puts.chunks() };
}

/** Whole rows where several fit in, else whole blocks. */
function wholeRows({ dtype, rowBytes }: PlannedRyanTensor, about: number): number {
  const { blockBytes } = dtypes[dtype];
  const unit =
    Number.isInteger(rowBytes) && rowBytes > 0 && rowBytes <= about ? rowBytes : blockBytes;
  return Math.min(MAX_CHUNK_BYTES, unit * Math.max(1, Math.floor(about / unit)));
}

async function* both(
  first: Iterable<Uint8Array>,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}
