// Writes a set of shards: into a folder beside the target, which gets the target's name
// only when the disk has all of it. So a set is whole or not there.

import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { integer, text } from "../check.js";
import { ensure } from "../errors.js";
import { MAX_DOCUMENTS, MAX_SHARD_TOKENS, MAX_SHARDS, MAX_VOCABULARY } from "../limits.js";
import {
  FORMAT,
  INDEX_FILE,
  type ShardEntry,
  type ShardIndex,
  tokenBytesOf,
} from "./shard-index.js";
import { ShardWriter } from "./shard-writer.js";
import { checkDocument, type TokenDocument } from "./token-document.js";
import { untilAborted } from "./until-aborted.js";

export interface WriteProgress {
  readonly documents: number;
  readonly tokens: number;
  readonly shards: number;
}

export interface WriteShardsOptions {
  /** One more than the largest id; up to 65,536 a token takes 2 bytes, else 4. */
  readonly vocabularySize: number;
  /** Text that names the tokenizer, to be compared when the shards are read. */
  readonly tokenizer: string;
  /** A shard is closed before a document that would bring it past this. Default 2^26. */
  readonly tokensPerShard?: number;
  readonly signal?: AbortSignal;
  /** Called after each shard. */
  readonly onProgress?: (progress: WriteProgress) => void;
}

/**
 * Writes documents as token shards into a new folder.
 *
 * @returns the index, as `index.json` holds it.
 * @throws PipelineError `ERR_ARGUMENT` for a document that can't be written, or if the
 *   folder exists. Then, and when `signal` aborts, nothing is left.
 */
export async function writeShards(
  folder: string,
  documents: AsyncIterable<TokenDocument> | Iterable<TokenDocument>,
  options: WriteShardsOptions,
): Promise<ShardIndex> {
  const { signal } = options;
  signal?.throwIfAborted();
  const vocabularySize = integer(options.vocabularySize, "vocabularySize", 1, MAX_VOCABULARY);
  const tokenizer = text(options.tokenizer, "tokenizer");
  const limit = integer(options.tokensPerShard ?? 2 ** 26, "tokensPerShard", 1, MAX_SHARD_TOKENS);
  const target = resolve(text(folder, "folder"));
  await ensureAbsent(target);
  const parent = dirname(target);
  const beside = join(parent, `.${basename(target)}.${randomBytes(6).toString("hex")}.partial`);
  await mkdir(beside, { recursive: true });
  const tokenBytes = tokenBytesOf(vocabularySize);
  const shards: ShardEntry[] = [];
  const counts = { documents: 0, tokens: 0 };
  let writer: ShardWriter | undefined;
  const close = async (current: ShardWriter) => {
    shards.push(await current.close());
    writer = undefined;
    options.onProgress?.({ ...counts, shards: shards.length });
  };
  try {
    for await (const document of untilAborted(documents, signal)) {
      checkDocument(document, vocabularySize, `document ${counts.documents}`);
      integer(counts.documents + 1, "number of documents", 1, MAX_DOCUMENTS);
      const length = document.tokens.length;
      if (writer && writer.tokens > 0 && writer.tokens + length > limit) await close(writer);
      integer(shards.length + 1, "number of shards", 1, MAX_SHARDS);
      writer ??= await ShardWriter.create(beside, shards.length, tokenBytes);
      await writer.add(document);
      counts.documents++;
      counts.tokens += length;
    }
    if (writer) await close(writer);
    const index = {
      format: FORMAT,
      version: 1,
      vocabularySize,
      tokenBytes,
      tokenizer,
      ...counts,
      shards,
    } as const;
    await writeSynced(join(beside, INDEX_FILE), `${JSON.stringify(index, null, 1)}\n`);
    await syncFolder(beside);
    signal?.throwIfAborted();
    await ensureAbsent(target);
    await rename(beside, target);
    await syncFolder(parent);
    return index;
  } catch (error) {
    await writer?.abandon();
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

async function ensureAbsent(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined);
  ensure(
    found === undefined,
    "ERR_ARGUMENT",
    () => `folder: expected a path where nothing is, found ${target}`,
  );
}

async function writeSynced(path: string, content: string): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the names in a folder are on the disk too; not every system lets one open a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
