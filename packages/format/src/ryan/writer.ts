// Writes a RyanFormat file commit by commit. What is committed is never touched again, so
// whatever ends the process leaves the last commit as it was.

import { loadCoders } from "../entropy/index.js";
import { FormatError } from "../errors.js";
import { type MetadataInput, metadataEntries } from "../gguf/write-metadata.js";
import { InputFile } from "../input-file.js";
import { type Limits, withDefaults } from "../limits.js";
import { Turns } from "../turns.js";
import { checkIndex } from "./check-index.js";
import { type CommitRecord, commitRecord } from "./commit-record.js";
import { fileHeader, newFileId, readFileHeader } from "./file-header.js";
import { findCommit } from "./find-commit.js";
import { indexJson } from "./index-json.js";
import {
  ALIGNMENT,
  chunkAlignment,
  DEFAULT_CHUNK_BYTES,
  HEADER_BYTES,
  MAX_CHUNK_BYTES,
  RECORD_BYTES,
} from "./layout.js";
import { metadataBytes } from "./metadata-chunk.js";
import { readIndex } from "./open.js";
import { DiskFile, type OutputFile } from "./output-file.js";
import { planRyanTensor, type RyanTensor } from "./ryan-tensor.js";
import { sha256Of } from "./sha256.js";
import type { StoredChunk, StoredIndex, StoredTensor } from "./stored-tensor.js";
import { writeTensor } from "./write-tensor.js";

export type MetadataEntries =
  | Readonly<Record<string, MetadataInput>>
  | Iterable<readonly [string, MetadataInput]>;

export interface RyanWriterOptions {
  /** Add to the file that is there; default: a new file, which takes its place with its first commit. */
  readonly append?: boolean | undefined;
  /** About how many bytes of elements a chunk has, from 4,096 to 16 MiB; default 1 MiB. */
  readonly chunkBytes?: number | undefined;
  /** What the file that is there may ask for. */
  readonly limits?: Partial<Limits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AddOptions {
  /** Called after each chunk with the bytes of elements and of the file that were added since the last call. */
  readonly onProgress?: ((bytes: number, storedBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a commit has made of the file. */
export interface Commit {
  /** From 1 on. */
  readonly number: number;
  /** Of the file, up to this commit's end. */
  readonly byteLength: number;
}

interface PreparedCommit {
  readonly index: StoredIndex;
  readonly record: CommitRecord;
}

interface State {
  readonly fileId: string;
  readonly commits: number;
  /** Where the last commit's record is; 0 without. */
  readonly previous: number;
  /** Where the last commit ends. */
  readonly end: number;
  readonly index: StoredIndex;
}

/**
 * Opens a file to write commits to: all tensors of a model at once, or some at a time. One writer
 * may have a file at a time; those who read it see the commit that was the newest when they opened it.
 *
 * @throws FormatError `ERR_FILE`, `ERR_ARGUMENT`; with `append` all that refuses a file, such as
 * `ERR_COMMIT`
 *
 * @example
 * await using writer = await openRyanWriter("run.ryan", { append: true });
 * await writer.add({ name: "step", dtype: "F32", shape: [3], data: new Float32Array(3) });
 * await writer.commit();
 */
export async function openRyanWriter(
  path: string,
  options: RyanWriterOptions = {},
): Promise<RyanWriter> {
  const { chunkBytes = DEFAULT_CHUNK_BYTES, append = false, signal } = options;
  const limits = withDefaults(options.limits);
  if (!(Number.isInteger(chunkBytes) && chunkBytes >= 4096 && chunkBytes <= MAX_CHUNK_BYTES)) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `an integer from 4096 to ${MAX_CHUNK_BYTES} as chunkBytes`,
      found: chunkBytes,
    });
  }
  signal?.throwIfAborted();
  await loadCoders();
  if (!append) return RyanWriter.create(await DiskFile.create(path), chunkBytes);
  const file = await DiskFile.open(path);
  try {
    return await RyanWriter.append(file, chunkBytes, limits, signal);
  } catch (error) {
    await file.close();
    throw error;
  }
}

export class RyanWriter implements AsyncDisposable {
  private readonly added = new Map<string, StoredTensor>();
  /** Where the next chunk may begin. */
  private end: number;
  /** The first thing written since the last commit. */
  private first: StoredChunk | undefined;
  private closed = false;
  private failed = false;
  private readonly turns = new Turns();

  private constructor(
    private readonly file: OutputFile,
    private readonly chunkBytes: number,
    private state: State,
  ) {
    this.end = state.end;
  }

  /** @internal */
  static async create(
    file: OutputFile,
    chunkBytes: number,
    fileId = newFileId(),
  ): Promise<RyanWriter> {
    const index = { tensors: new Map(), metadata: undefined };
    const state = { fileId, commits: 0, previous: 0, end: HEADER_BYTES, index };
    try {
      await file.write(fileHeader(fileId), 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new RyanWriter(file, chunkBytes, state);
  }

  /** @internal */
  static async append(
    file: OutputFile,
    chunkBytes: number,
    limits: Limits,
    signal: AbortSignal | undefined,
  ): Promise<RyanWriter> {
    const byteLength = await file.byteLength();
    const input = InputFile.foreign(file.path, {
      byteLength,
      read: (into, offset, length, position) => file.read(into, offset, length, position),
      close: async () => undefined,
    });
    const fileId = await readFileHeader(input, signal);
    const { record } = await findCommit(input, fileId, undefined, signal);
    const index = await readIndex(input, record, limits, signal);
    checkIndex(index, file.path, record.indexOffset);
    const end = record.offset + RECORD_BYTES;
    // What a writer left behind that was cut off.
    if (byteLength > end) await file.truncate(end);
    const { number: commits, offset: previous } = record;
    return new RyanWriter(file, chunkBytes, { fileId, commits, previous, end, index });
  }

  get path(): string {
    return this.file.path;
  }

  /** How many there are; the number of the last. */
  get commits(): number {
    return this.state.commits;
  }

  /** Bytes of the file, with what isn't committed yet. */
  get byteLength(): number {
    return this.end;
  }

  /** Names of the last commit's tensors and of those added since. */
  get names(): ReadonlySet<string> {
    return new Set([...this.state.index.tensors.keys(), ...this.added.keys()]);
  }

  /**
   * Writes a tensor's chunks. It counts from the next commit on, in place of one with its name; what
   * fails leaves nothing.
   *
   * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_UNSUPPORTED`, `ERR_DATA`, `ERR_FILE`,
   * `ERR_CHANGED`, `ERR_CLOSED`; the signal's reason
   */
  add(tensor: RyanTensor, options: AddOptions = {}): Promise<void> {
    return this.inTurn(async () => {
      const planned = planRyanTensor(tensor);
      const { name } = planned;
      if (this.added.has(name)) {
        const expected = "each name once in a commit";
        throw new FormatError("ERR_TENSOR", { tensor: name, expected, found: "it twice" });
      }
      await this.expectAlone();
      const start = this.end;
      let reported = start;
      try {
        const stored = await writeTensor(planned, {
          path: this.path,
          chunkBytes: this.chunkBytes,
          signal: options.signal,
          put: (bytes) => this.put(bytes),
          onBytes: (count) => {
            options.onProgress?.(count, this.end - reported);
            reported = this.end;
          },
        });
        this.added.set(name, stored);
      } catch (error) {
        await this.backTo(start);
        throw error;
      }
    });
  }

  /**
   * Makes everything added so far count, for good once this resolves: it is on disk then.
   *
   * @param metadata in place of the last commit's; when absent, that stays
   * @throws FormatError `ERR_METADATA`, `ERR_FILE`, `ERR_CLOSED`; `ERR_CHANGED` where another writer has touched the file: then
   * nothing that it committed is lost, and what was added here is
   */
  commit(metadata?: MetadataEntries): Promise<Commit> {
    return this.inTurn(async () => {
      await this.expectAlone();
      const start = this.end;
      let prepared: PreparedCommit;
      try {
        prepared = await this.writeIndex(metadata);
      } catch (error) {
        await this.backTo(start);
        throw error;
      }
      return this.writeRecord(prepared);
    });
  }

  /** Closes the file. What isn't committed goes away. Idempotent. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.turns.over();
    try {
      const isOpen = this.end > this.state.end && this.commits > 0 && !this.failed;
      if (isOpen && (await this.isAlone())) await this.file.truncate(this.state.end);
    } finally {
      await this.file.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async writeIndex(metadata: MetadataEntries | undefined): Promise<PreparedCommit> {
    const { state } = this;
    const index = {
      tensors: new Map([...state.index.tensors, ...this.added]),
      metadata: metadata === undefined ? state.index.metadata : await this.putMetadata(metadata),
    };
    const json = Buffer.from(indexJson(index));
    const { offset: indexOffset, sha256: indexSha256 } = await this.put(json, ALIGNMENT);
    await this.expectAlone();
    await this.file.sync();
    if (state.commits > 0) await this.expectWritten();
    const offset = alignUp(this.end, RECORD_BYTES);
    const number = state.commits + 1;
    const { previous } = state;
    const indexBytes = json.length;
    const record = { offset, number, previous, indexOffset, indexBytes, indexSha256 };
    return { index, record };
  }

  private async writeRecord({ index, record }: PreparedCommit): Promise<Commit> {
    const { file } = this;
    const { fileId } = this.state;
    const { offset, number } = record;
    // Whether a commit that fails from here on counts, only the disk knows: nothing may be written after it.
    this.failed = true;
    await file.write(commitRecord(fileId, record), offset);
    await file.sync();
    await file.publish();
    this.failed = false;
    const end = offset + RECORD_BYTES;
    this.state = { fileId, commits: number, previous: offset, end, index };
    this.added.clear();
    this.first = undefined;
    this.end = end;
    return { number, byteLength: end };
  }

  private async backTo(end: number): Promise<void> {
    if ((await this.file.byteLength()) > this.end) this.failed = true;
    if (this.failed) return; // what lies there may be another writer's
    this.end = end;
    if (this.first !== undefined && this.first.offset >= end) this.first = undefined;
    await this.file.truncate(end);
  }

  private async putMetadata(metadata: MetadataEntries): Promise<StoredChunk | undefined> {
    const bytes = metadataBytes(metadataEntries(metadata));
    return bytes.length === 0 ? undefined : this.put(bytes);
  }

  private async put(
    bytes: Uint8Array,
    alignment = chunkAlignment(bytes.length),
  ): Promise<StoredChunk> {
    const offset = alignUp(this.end, alignment);
    this.end = offset + bytes.length; // at once: several are put at a time
    const [sha256] = await Promise.all([sha256Of(bytes), this.file.write(bytes, offset)]);
    const chunk = { offset, byteLength: bytes.length, sha256 };
    if (offset < (this.first?.offset ?? Infinity)) this.first = chunk;
    return chunk;
  }

  /** Another process that writes too would make both commits false. It is looked for before anything is written. */
  private async expectAlone(): Promise<void> {
    if (!(await this.isAlone())) {
      throw this.changed(`a file of ${this.end} bytes, as this writer left it`, "another length");
    }
  }

  private async isAlone(): Promise<boolean> {
    return (await this.file.byteLength()) === this.end;
  }

  /** One that opens the file to append cuts off what isn't committed: if that was here, its first bytes are gone. */
  private async expectWritten(): Promise<void> {
    const { offset, byteLength, sha256 } = this.first as StoredChunk;
    const bytes = new Uint8Array(byteLength);
    const { bytesRead } = await this.file.read(bytes, 0, byteLength, offset);
    if (bytesRead === byteLength && (await sha256Of(bytes)) === sha256) return;
    throw this.changed(`what was written at byte ${offset}`, "other bytes");
  }

  /** Nothing is written or cut off any more: it may be another writer's. */
  private changed(expected: string, found: string): FormatError {
    this.failed = true;
    const what = `${found}: something else writes to it`;
    return new FormatError("ERR_CHANGED", { file: this.path, expected, found: what });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.take(() => {
      if (!this.closed && !this.failed) return work();
      const found = this.closed ? "a closed one" : "one that failed: open the file again";
      const expected = "an open writer";
      throw new FormatError("ERR_CLOSED", { file: this.path, expected, found });
    });
  }
}

const alignUp = (offset: number, alignment: number): number =>
  Math.ceil(offset / alignment) * alignment;
