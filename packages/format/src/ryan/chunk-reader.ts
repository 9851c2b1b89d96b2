// Tensors that lie in chunks: each chunk read is compared with its hash before anything is made of it.

import { dtypes } from "../dtype.js";
import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";
import { type MappedBuffer, mapTensor } from "../mapping.js";
import type { Span } from "../row-range.js";
import type { TensorInfo } from "../tensor-info.js";
import type { MapRequest, TensorReader } from "../tensor-reader.js";
import { chunkLength } from "./check-index.js";
import { ChunkCache } from "./chunk-cache.js";
import { decodeChunk } from "./decode-chunk.js";
import { sha256Of } from "./sha256.js";
import type { StoredChunk, StoredTensor } from "./stored-tensor.js";

/** Chunks that one read has in hand at a time: while one is decoded, others come from the disk or are hashed. */
const AT_ONCE = 4;
const CACHE_BYTES = 32 << 20;

/** A chunk of a tensor. */
interface Chunk {
  readonly info: TensorInfo;
  readonly stored: StoredTensor;
  readonly number: number;
  /** Of its elements, in the tensor. */
  readonly offset: number;
  readonly byteLength: number;
}

export class ChunkReader implements TensorReader {
  private readonly cache = new ChunkCache(CACHE_BYTES);

  constructor(
    private readonly file: InputFile,
    private readonly tensors: ReadonlyMap<string, StoredTensor>,
  ) {}

  async read(
    info: TensorInfo,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    const end = offset + into.length;
    const chunks = this.chunksOf(info, offset, end);
    await together(chunks, signal, async (chunk) => {
      const from = Math.max(offset, chunk.offset);
      const to = Math.min(end, chunk.offset + chunk.byteLength);
      const part = into.subarray(from - offset, to - offset);
      if (part.length < chunk.byteLength) {
        const bytes = await this.cached(chunk);
        part.set(bytes.subarray(from - chunk.offset, to - chunk.offset));
      } else if (info.encoding === "raw") {
        const { stored, number } = chunk;
        await this.fill(part, info, stored.chunks[number] as StoredChunk, number, signal);
      } else part.set(await this.whole(chunk, signal));
    });
    signal?.throwIfAborted();
  }

  pieceBytes(info: TensorInfo, about: number): number {
    const { chunkBytes } = this.stored(info);
    if (chunkBytes === 0 || chunkBytes % dtypes[info.dtype].blockBytes !== 0) return about;
    return chunkBytes * Math.max(1, Math.round(about / chunkBytes));
  }

  async map(
    info: TensorInfo,
    span: Span,
    { alignment, verify }: MapRequest,
  ): Promise<MappedBuffer> {
    const { encoding } = info;
    if (encoding !== "raw") {
      throw new FormatError("ERR_UNSUPPORTED", {
        file: info.file,
        tensor: info.name,
        expected: "a tensor stored raw to map (read() decodes any)",
        found: `one in ${encoding}`,
      });
    }
    const mapped = await mapTensor(this.file, info, span, alignment);
    if (!verify) return mapped;
    try {
      const chunks = this.chunksOf(info, span.offset, span.offset + span.byteLength);
      await together(chunks, undefined, async ({ number, stored, byteLength }) => {
        await this.load(info, stored.chunks[number] as StoredChunk, number, byteLength);
      });
      return mapped;
    } catch (error) {
      mapped.dispose();
      throw error;
    }
  }

  /**
   * Reads, checks and decodes every chunk of a tensor.
   *
   * @param isKnown whether a chunk has been checked already; called once for each
   * @param onChunk told of each chunk, and what is wrong with it
   */
  async verify(
    info: TensorInfo,
    isKnown: (chunk: StoredChunk) => boolean,
    onChunk: (chunk: StoredChunk, fault: FormatError | undefined) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const stored = this.stored(info);
    const check = async (chunk: StoredChunk, work: () => Promise<unknown>): Promise<boolean> => {
      if (isKnown(chunk)) return true;
      try {
        await work();
        onChunk(chunk, undefined);
        return true;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        onChunk(chunk, error);
        return false;
      }
    };
    const { head } = stored;
    // Without its head a chunk can't be decoded, but it has its hash.
    const decodes = head === undefined || (await check(head, () => this.head(info, stored)));
    await together(this.chunksOf(info, 0, info.byteLength), signal, async (chunk) => {
      const { number } = chunk;
      const place = stored.chunks[number] as StoredChunk;
      await check(place, () =>
        decodes
          ? this.whole(chunk, signal)
          : this.load(info, place, number, place.byteLength, signal),
      );
    });
    signal?.throwIfAborted();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  storedChunks(info: TensorInfo): readonly StoredChunk[] {
    const { head, chunks } = this.stored(info);
    return head === undefined ? chunks : [head, ...chunks];
  }

  private stored(info: TensorInfo): StoredTensor {
    return this.tensors.get(info.name) as StoredTensor;
  }

  private *chunksOf(info: TensorInfo, from: number, to: number): Generator<Chunk> {
    const stored = this.stored(info);
    const { chunkBytes } = stored;
    if (to === from) return;
    for (let i = Math.floor(from / chunkBytes); i * chunkBytes < to; i++) {
      const byteLength = chunkLength(info.byteLength, chunkBytes, i);
      yield { info, stored, number: i, offset: i * chunkBytes, byteLength };
    }
  }

  private cached(chunk: Chunk): Promise<Uint8Array> {
    const { stored, number, byteLength } = chunk;
    const { offset } = stored.chunks[number] as StoredChunk;
    // Others may wait for the same chunk, so nobody's signal ends it.
    return this.cache.get(offset, byteLength, () => this.whole(chunk, undefined));
  }

  /** All of a chunk. */
  private async whole(
    { info, stored, number, byteLength }: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const place = stored.chunks[number] as StoredChunk;
    if (info.encoding === "raw") return this.load(info, place, number, byteLength, signal);
    const head = await this.head(info, stored);
    const coded = await this.load(info, place, number, place.byteLength, signal);
    return decoding(info, number, place.offset, () => decodeChunk(info, coded, head, byteLength));
  }

  private async head(info: TensorInfo, { head }: StoredTensor): Promise<Uint8Array | undefined> {
    if (head === undefined) return undefined;
    const { offset, byteLength } = head;
    return this.cache.get(offset, byteLength, () => this.load(info, head, "head", byteLength));
  }

  private async load(
    info: TensorInfo,
    place: StoredChunk,
    chunk: number | "head",
    byteLength: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const bytes = new Uint8Array(byteLength);
    await this.fill(bytes, info, place, chunk, signal);
    return bytes;
  }

  /** Fills `into` with stored bytes that have the right hash. */
  private async fill(
    into: Uint8Array,
    { name: tensor }: TensorInfo,
    { offset, sha256 }: StoredChunk,
    chunk: number | "head",
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.file.read(into, offset, signal);
    const found = await sha256Of(into);
    if (found === sha256) return;
    const where = { file: this.file.path, tensor, chunk, offset };
    throw new FormatError("ERR_CHUNK", {
      ...where,
      expected: `${into.length} bytes with SHA-256 ${sha256.slice(0, 16)}…`,
      found: `${found.slice(0, 16)}…: the file is damaged`,
    });
  }
}

/** Says where it was, if decoding fails. */
async function decoding<T>(
  { file, name: tensor }: TensorInfo,
  chunk: number,
  offset: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const where = { file, tensor, chunk, offset };
    const expected = "a chunk that decodes to what the index says";
    throw new FormatError(cause.code, { ...where, expected, found: cause.message, cause });
  }
}

/** Does `work` with all items, some at a time. Where one fails, the others in hand are waited for. */
async function together<T>(
  items: Iterable<T>,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      if (failed || signal?.aborted) return;
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
