// A file taken apart, so that its parts can be changed one by one and put together again with hashes
// and checks that hold: what is behind them is reached.

import { withDefaults } from "../../src/limits.js";
import { commitRecord, readRecord } from "../../src/ryan/commit-record.js";
import { fileHeader } from "../../src/ryan/file-header.js";
import { indexJson, parseIndex } from "../../src/ryan/index-json.js";
import { chunkAlignment, HEADER_BYTES, RECORD_BYTES } from "../../src/ryan/layout.js";
import { sha256 } from "../../src/ryan/sha256.js";
import type { StoredChunk, StoredTensor } from "../../src/ryan/stored-tensor.js";
import { joined, mutated } from "./bytes.js";
import type { Random } from "./random.js";
import type { SampleFile } from "./sample-files.js";

interface Part {
  readonly tensor: StoredTensor;
  readonly head: Uint8Array | undefined;
  readonly chunks: readonly Uint8Array[];
}

export interface Parts {
  readonly fileId: string;
  readonly metadata: Uint8Array | undefined;
  readonly tensors: readonly Part[];
}

/** The newest commit of a file. */
export function partsOf({ bytes, fileId }: SampleFile): Parts {
  const at = bytes.length - RECORD_BYTES;
  const record = readRecord(Buffer.from(bytes.subarray(at)), at, fileId);
  if (typeof record !== "object") throw new Error("a sample without a commit");
  const { indexOffset, indexBytes } = record;
  const text = bytes.subarray(indexOffset, indexOffset + indexBytes);
  const index = parseIndex(text, "sample", withDefaults());
  const stored = ({ offset, byteLength }: StoredChunk) => bytes.slice(offset, offset + byteLength);
  const tensors = [...index.tensors.values()].map((tensor) => ({
    tensor,
    head: tensor.head === undefined ? undefined : stored(tensor.head),
    chunks: tensor.chunks.map(stored),
  }));
  const metadata = index.metadata === undefined ? undefined : stored(index.metadata);
  return { fileId, metadata, tensors };
}

const dtypes = ["F32", "BF16", "F16", "U8", "Q4_0", "F64", "F4", "IQ4_NL", "C64", "BOOL"] as const;
const numbers = [0, 1, 2, 7, 64, 255, 256, 4096, 65_536, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

const number = (random: Random, near: number): number =>
  random.chance(2) ? random.pick(numbers) : Math.max(0, near + random.below(5) - 2);

/** A file of the parts with one of them changed. */
export function sealed(parts: Parts, others: readonly Parts[], random: Random): Uint8Array {
  const what = random.below(16);
  if (what < 8) return assembled(withChangedChunk(parts, others, random), random, "chunks");
  if (what < 11) return assembled(withChangedTensor(parts, random), random, "chunks");
  if (what < 13) return assembled(parts, random, "index");
  if (what < 14) return assembled(parts, random, "places");
  if (what < 15) return assembled(parts, random, "record");
  const metadata = mutated(parts.metadata ?? Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), random);
  return assembled({ ...parts, metadata }, random, "chunks");
}

function withChangedChunk(parts: Parts, others: readonly Parts[], random: Random): Parts {
  const i = random.below(parts.tensors.length);
  const part = parts.tensors[i];
  if (part === undefined) return parts;
  const other = random.pick(random.pick(others).tensors.length === 0 ? [parts] : others);
  const donor = other.tensors.length === 0 ? part : random.pick(other.tensors);
  const change = (bytes: Uint8Array): Uint8Array => {
    if (!random.chance(10)) return mutated(bytes, random);
    const found = random.pick([...donor.chunks, donor.head ?? bytes]) ?? bytes;
    return found.slice();
  };
  if (part.head !== undefined && random.chance(2)) {
    return withPart(parts, i, { ...part, head: change(part.head) });
  }
  const n = random.below(part.chunks.length);
  const chunks = part.chunks.map((bytes, j) => (j === n ? change(bytes) : bytes));
  return withPart(parts, i, { ...part, chunks });
}

const withPart = (parts: Parts, i: number, part: Part): Parts => ({
  ...parts,
  tensors: parts.tensors.map((each, j) => (i === j ? part : each)),
});

function withChangedTensor(parts: Parts, random: Random): Parts {
  const i = random.below(parts.tensors.length);
  const part = parts.tensors[i];
  if (part === undefined) return parts;
  const { tensor } = part;
  const changed = (more: Partial<StoredTensor>): Parts =>
    withPart(parts, i, { ...part, tensor: { ...tensor, ...more } });
  switch (random.below(7)) {
    case 0:
      return changed({ dtype: random.pick(dtypes) });
    case 1:
      return changed({ encoding: random.pick(["raw", "planes", "grid"] as const) });
    case 2: {
      const shape = [...tensor.shape];
      const at = random.below(shape.length);
      if (random.chance(4)) shape.splice(at, random.below(2), number(random, 1));
      else shape[at] = number(random, shape[at] ?? 1);
      return changed({ shape });
    }
    case 3:
      return changed({ chunkBytes: number(random, tensor.chunkBytes) });
    case 4:
      return withPart(parts, i, {
        ...part,
        head: part.head === undefined ? Uint8Array.of(1, 2, 3) : undefined,
      });
    case 5: {
      const chunks = random.chance(2) ? part.chunks.slice(1) : [...part.chunks, ...part.chunks];
      return withPart(parts, i, { ...part, chunks });
    }
    default: {
      const name = random.pick(parts.tensors).tensor.name;
      return changed({ name: random.chance(2) ? name : "x".repeat(random.below(300)) });
    }
  }
}

function assembled(
  parts: Parts,
  random: Random,
  what: "chunks" | "index" | "places" | "record",
): Uint8Array {
  const pieces: Uint8Array[] = [fileHeader(parts.fileId)];
  let end = HEADER_BYTES;
  const put = (bytes: Uint8Array, alignment = chunkAlignment(bytes.length)): StoredChunk => {
    const offset = Math.ceil(end / alignment) * alignment;
    pieces.push(new Uint8Array(offset - end), bytes);
    end = offset + bytes.length;
    return { offset, byteLength: bytes.length, sha256: sha256(bytes) };
  };
  const place = (chunk: StoredChunk): StoredChunk => {
    if (what !== "places" || !random.chance(4)) return chunk;
    const { offset, byteLength } = chunk;
    return random.chance(2)
      ? {
          ...chunk,
          offset: random.chance(2) ? number(random, offset) : offset + 64 * random.below(5),
        }
      : { ...chunk, byteLength: number(random, byteLength) };
  };
  const list = parts.tensors.map(
    ({ tensor, head, chunks }): StoredTensor => ({
      ...tensor,
      head: head === undefined ? undefined : place(put(head)),
      chunks: chunks.map((bytes) => place(put(bytes))),
    }),
  );
  const metadata = parts.metadata === undefined ? undefined : place(put(parts.metadata));
  // An object that has only what is written, so that a name can come twice.
  const tensors = { values: () => list.values() } as unknown as ReadonlyMap<string, StoredTensor>;
  let json: Uint8Array = Buffer.from(indexJson({ tensors, metadata }));
  if (what === "index") json = mutated(json, random);
  const index = put(json, 64);
  const offset = Math.ceil(end / RECORD_BYTES) * RECORD_BYTES;
  const record = {
    offset,
    number: 1,
    previous: 0,
    indexOffset: index.offset,
    indexBytes: index.byteLength,
    indexSha256: index.sha256,
  };
  if (what === "record") {
    const key = random.pick(["number", "previous", "indexOffset", "indexBytes"] as const);
    record[key] = number(random, record[key]);
  }
  return joined(...pieces, new Uint8Array(offset - end), commitRecord(parts.fileId, record));
}
