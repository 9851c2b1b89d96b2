// The bytes of a shard file, all little-endian:
//
//   8 bytes          the magic
//   tokens           u16 each, or u32 where the vocabulary has more than 65,536 ids
//   0 to 7 bytes     zeros, up to a multiple of 8
//   document ends    u32 each: where a document ends, in tokens from the shard's first
//   run ends         u32 for each document: where its loss runs end, in runs from the shard's first
//   runs             two u32 each: first and end token, from the document's first
//
// Run ends are left out where the shard has no runs. A document without runs has loss
// everywhere; one without any loss has the single run [0, 0).

import type { TokenBytes } from "./shard-index.js";

export const MAGIC = Buffer.from("RSSHARD1", "latin1");

export interface ShardCounts {
  readonly tokens: number;
  readonly documents: number;
  readonly runs: number;
}

export interface ShardLayout {
  /** Byte offsets in the file. */
  readonly tokens: number;
  readonly documentEnds: number;
  readonly runEnds: number;
  readonly runs: number;
  /** Bytes of the whole file. */
  readonly bytes: number;
}

/** Where the parts of a shard file lie. */
export function shardLayout(counts: ShardCounts, tokenBytes: TokenBytes): ShardLayout {
  const tokens = MAGIC.length;
  const documentEnds = Math.ceil((tokens + counts.tokens * tokenBytes) / 8) * 8;
  const runEnds = documentEnds + counts.documents * 4;
  const runs = runEnds + (counts.runs === 0 ? 0 : counts.documents * 4);
  return { tokens, documentEnds, runEnds, runs, bytes: runs + counts.runs * 8 };
}

/** The file name of a shard. */
export const shardName = (shard: number) => `shard-${String(shard).padStart(5, "0")}.bin`;
