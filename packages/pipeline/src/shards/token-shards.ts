// A set of shards that is open: lengths from memory, tokens from the files.

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { integer } from "../check.js";
import { ensure, PipelineError } from "../errors.js";
import { readExactly } from "./read-exactly.js";
import type { ShardEntry, ShardIndex } from "./shard-index.js";
import type { ShardLayout } from "./shard-layout.js";
import type { ShardTables } from "./shard-tables.js";
import type { LossRun } from "./token-document.js";

export interface OpenShard {
  readonly path: string;
  readonly entry: ShardEntry;
  readonly handle: FileHandle;
  readonly layout: ShardLayout;
  readonly tables: ShardTables;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Bytes read of all shards. */
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

const VERIFY_BYTES = 2 ** 22;

export class TokenShards {
  readonly #shards: readonly OpenShard[];
  /** The number of the first document of each shard. */
  readonly #firsts: number[] = [];
  #lengths: Uint32Array | undefined;
  #closed: Promise<unknown> | undefined;

  constructor(
    readonly folder: string,
    readonly index: ShardIndex,
    shards: readonly OpenShard[],
  ) {
    this.#shards = shards;
    let first = 0;
    for (const { tables } of shards) {
      this.#firsts.push(first);
      first += tables.documents;
    }
  }

  /** The number of documents. */
  get documents(): number {
    return this.index.documents;
  }

  /** Whether the files were closed. */
  get disposed(): boolean {
    return this.#closed !== undefined;
  }

  /** A SHA-256 over those of the files. */
  get fingerprint(): string {
    const hash = createHash("sha256");
    for (const { sha256 } of this.index.shards) hash.update(sha256);
    return hash.digest("hex");
  }

  /** The number of tokens of a document. */
  length(document: number): number {
    const { shard, local } = this.#find(document);
    return shard.tables.length(local);
  }

  /** The numbers of tokens of all documents: the same array each time, not to be changed. */
  lengths(): Uint32Array {
    if (this.#lengths === undefined) {
      this.#lengths = new Uint32Array(this.documents);
      let document = 0;
      for (const { tables } of this.#shards) {
        for (let local = 0; local < tables.documents; local++) {
          this.#lengths[document++] = tables.length(local);
        }
      }
    }
    return this.#lengths;
  }

  /** The runs of tokens of a document that have loss. */
  loss(document: number): LossRun[] {
    const { shard, local } = this.#find(document);
    const runs = shard.tables.loss(local);
    const length = shard.tables.length(local);
    if (runs === undefined) return length === 0 ? [] : [[0, length]];
    const pairs: LossRun[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      if (runs[i] !== runs[i + 1]) pairs.push([runs[i] as number, runs[i + 1] as number]);
    }
    return pairs;
  }

  /**
   * Tokens `[start, end)` of a document.
   * @throws PipelineError `ERR_FORMAT`, with file and offset, for an id that the vocabulary lacks.
   */
  async read(document: number, start = 0, end = this.length(document)): Promise<Int32Array> {
    const { shard, local } = this.#find(document);
    integer(end, "end", 0, shard.tables.length(local));
    integer(start, "start", 0, end);
    const { tokenBytes, vocabularySize } = this.index;
    const offset = shard.layout.tokens + (shard.tables.start(local) + start) * tokenBytes;
    const bytes = await readExactly(shard.handle, shard.path, offset, (end - start) * tokenBytes);
    const view = new DataView(bytes.buffer);
    const tokens = new Int32Array(end - start);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokenBytes === 2 ? view.getUint16(i * 2, true) : view.getUint32(i * 4, true);
      if (token >= vocabularySize) {
        throw new PipelineError(
          "ERR_FORMAT",
          `${shard.path} at byte ${offset + i * tokenBytes}: expected a token below ${vocabularySize}, found ${token}`,
        );
      }
      tokens[i] = token;
    }
    return tokens;
  }

  /**
   * Compares the SHA-256 of every file.
   * @throws PipelineError `ERR_CHECKSUM` that names the first file that differs.
   */
  async verify({ signal, onProgress }: VerifyOptions = {}): Promise<void> {
    const total = this.#shards.reduce((sum, { entry }) => sum + entry.bytes, 0);
    let done = 0;
    for (const { entry, handle, path } of this.#shards) {
      const hash = createHash("sha256");
      for (let offset = 0; offset < entry.bytes; offset += VERIFY_BYTES) {
        signal?.throwIfAborted();
        this.#ensureOpen();
        const length = Math.min(VERIFY_BYTES, entry.bytes - offset);
        hash.update(await readExactly(handle, path, offset, length));
        done += length;
        onProgress?.({ done, total });
      }
      const found = hash.digest("hex");
      ensure(
        found === entry.sha256,
        "ERR_CHECKSUM",
        () => `${path}: expected SHA-256 ${entry.sha256}, found ${found}`,
      );
    }
  }

  /** Closes the files. */
  async dispose(): Promise<void> {
    this.#closed ??= Promise.all(this.#shards.map(({ handle }) => handle.close()));
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #ensureOpen(): void {
    ensure(
      this.#closed === undefined,
      "ERR_DISPOSED",
      () => `the shards in ${this.folder} were disposed of`,
    );
  }

  #find(document: number): { shard: OpenShard; local: number } {
    this.#ensureOpen();
    integer(document, "document", 0, this.documents - 1);
    let low = 0;
    let high = this.#firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] as number) <= document) low = middle;
      else high = middle - 1;
    }
    return {
      shard: this.#shards[low] as OpenShard,
      local: document - (this.#firsts[low] as number),
    };
  }
}
