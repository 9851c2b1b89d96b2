// What an index says of a tensor.

import type { DType } from "../dtype.js";

/** How a tensor's elements are stored. */
export type Encoding =
  /** As they are. */
  | "raw"
  /** Without loss, byte planes entropy coded. */
  | "planes"
  /** Integers on a grid with a step a column, entropy coded. */
  | "grid";

export const encodings: readonly Encoding[] = ["raw", "planes", "grid"];

/** A piece of the file. */
export interface StoredChunk {
  readonly offset: number;
  readonly byteLength: number;
  /** Of these bytes, hex. */
  readonly sha256: string;
}

export interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly encoding: Encoding;
  /** Bytes of elements of each chunk but the last, which has the rest. */
  readonly chunkBytes: number;
  /** What all chunks of a grid need. */
  readonly head: StoredChunk | undefined;
  readonly chunks: readonly StoredChunk[];
}

export interface StoredIndex {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Metadata as GGUF has it; absent where there is none. */
  readonly metadata: StoredChunk | undefined;
}

export const storedBytesOf = ({ head, chunks }: StoredTensor): number =>
  chunks.reduce((sum, { byteLength }) => sum + byteLength, head?.byteLength ?? 0);
