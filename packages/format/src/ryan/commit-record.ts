// 128 bytes that make all that was written before them count. One holds only at its own place
// in its own file, so that a file stored within another can't be taken for part of it.

import { RECORD_BYTES } from "./layout.js";
import { sha256 } from "./sha256.js";

export interface CommitRecord {
  /** Where it is; what it commits ends where it does. */
  readonly offset: number;
  /** From 1 on. */
  readonly number: number;
  /** Of the record before it; 0 for the first. */
  readonly previous: number;
  readonly indexOffset: number;
  readonly indexBytes: number;
  /** Hex. */
  readonly indexSha256: string;
}

const MAGIC = Buffer.from("RYCOMMIT", "latin1");
const CHECKED = 96;

export function commitRecord(fileId: string, record: CommitRecord): Uint8Array {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.set(MAGIC);
  bytes.write(fileId, 8, "hex");
  bytes.writeBigUInt64LE(BigInt(record.offset), 24);
  bytes.writeBigUInt64LE(BigInt(record.number), 32);
  bytes.writeBigUInt64LE(BigInt(record.previous), 40);
  bytes.writeBigUInt64LE(BigInt(record.indexOffset), 48);
  bytes.writeBigUInt64LE(BigInt(record.indexBytes), 56);
  bytes.write(record.indexSha256, 64, "hex");
  bytes.write(sha256(bytes.subarray(0, CHECKED)), CHECKED, "hex");
  return bytes;
}

/**
 * What is at a place where a record could be: one that holds, something else, or one that was
 * written and has been damaged since. The last must not pass for something else, or an older
 * commit would pass for the newest.
 */
export function readRecord(
  bytes: Buffer,
  offset: number,
  fileId: string,
): CommitRecord | "damaged" | undefined {
  const own = bytes.readBigUInt64LE(24) === BigInt(offset);
  const magic = bytes.compare(MAGIC, 0, 8, 0, 8) === 0;
  if (!own && !magic) return undefined; // nearly all other bytes end here
  const id = bytes.toString("hex", 8, 24) === fileId;
  if (own && magic && id && holds(bytes)) {
    const [number, previous] = [bytes.readBigUInt64LE(32), bytes.readBigUInt64LE(40)];
    const [indexOffset, indexBytes] = [bytes.readBigUInt64LE(48), bytes.readBigUInt64LE(56)];
    const indexSha256 = bytes.toString("hex", 64, CHECKED);
    return {
      offset,
      number: Number(number),
      previous: Number(previous),
      indexOffset: Number(indexOffset),
      indexBytes: Number(indexBytes),
      indexSha256,
    };
  }
  if (own) return magic || id ? "damaged" : undefined;
  // A copy from elsewhere has a check that goes with its old place.
  if (!id) return undefined;
  const moved = Buffer.from(bytes);
  moved.writeBigUInt64LE(BigInt(offset), 24);
  return holds(moved) ? "damaged" : undefined;
}

const holds = (bytes: Buffer): boolean =>
  bytes.toString("hex", CHECKED, RECORD_BYTES) === sha256(bytes.subarray(0, CHECKED));
