// Opens a set of shards: the index and the tables are read and checked, tokens are read
// by ranges when they are asked for.

import { type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "../check.js";
import { ensure } from "../errors.js";
import { MAX_INDEX_BYTES } from "../limits.js";
import { readExactly } from "./read-exactly.js";
import { INDEX_FILE, parseIndex, type ShardEntry, type TokenBytes } from "./shard-index.js";
import { MAGIC, shardLayout } from "./shard-layout.js";
import { ShardTables } from "./shard-tables.js";
import { type OpenShard, TokenShards } from "./token-shards.js";

export interface OpenShardsOptions {
  /** Text that the index must name as its tokenizer. */
  readonly tokenizer?: string;
  readonly signal?: AbortSignal;
}

/**
 * Opens what {@link writeShards} wrote. Checksums are compared only by
 * {@link TokenShards.verify}; sizes and tables always are.
 *
 * @throws PipelineError `ERR_FORMAT` or `ERR_TRUNCATED`, with file and offset;
 *   `ERR_ARGUMENT` if the shards are of another tokenizer.
 */
export async function openShards(
  folder: string,
  { tokenizer, signal }: OpenShardsOptions = {},
): Promise<TokenShards> {
  signal?.throwIfAborted();
  const path = resolve(text(folder, "folder"));
  const index = parseIndex(await readIndex(join(path, INDEX_FILE)), join(path, INDEX_FILE));
  ensure(
    tokenizer === undefined || tokenizer === index.tokenizer,
    "ERR_ARGUMENT",
    () => `tokenizer: the shards in ${path} are of ${index.tokenizer}, not of ${tokenizer}`,
  );
  const shards: OpenShard[] = [];
  try {
    for (const entry of index.shards) {
      signal?.throwIfAborted();
      shards.push(await openShard(join(path, entry.file), entry, index.tokenBytes));
    }
  } catch (error) {
    await Promise.all(shards.map(({ handle }) => handle.close()));
    throw error;
  }
  return new TokenShards(path, index, shards);
}

async function readIndex(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    ensure(
      size <= MAX_INDEX_BYTES,
      "ERR_FORMAT",
      () => `${path}: expected at most ${MAX_INDEX_BYTES} bytes, found ${size}`,
    );
    return Buffer.from(await readExactly(handle, path, 0, size)).toString("utf8");
  } finally {
    await handle.close();
  }
}

async function openShard(path: string, entry: ShardEntry, tokenBytes: TokenBytes) {
  const layout = shardLayout(entry, tokenBytes);
  const handle: FileHandle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const fault = size < layout.bytes ? "ERR_TRUNCATED" : "ERR_FORMAT";
    ensure(
      size === layout.bytes,
      fault,
      () => `${path}: expected ${layout.bytes} bytes, found ${size}`,
    );
    const magic = Buffer.from(await readExactly(handle, path, 0, MAGIC.length));
    ensure(
      magic.equals(MAGIC),
      "ERR_FORMAT",
      () => `${path} at byte 0: expected ${MAGIC.toString("hex")}, found ${magic.toString("hex")}`,
    );
    const length = layout.bytes - layout.documentEnds;
    const bytes = await readExactly(handle, path, layout.documentEnds, length);
    return { path, entry, handle, layout, tables: ShardTables.parse(bytes, entry, layout, path) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
