// What quantising gives, in the shape that the writer of RyanFormat takes.

import type { GridCodes } from "@ryanstream/format";

/** `file`: integer grids, entropy coded, decoded while loading. `resident`: blocks that kernels multiply as they are. */
export type Profile = "file" | "resident";

/** Types of resident matrices: groups of 32 with a float16 scale. */
export type BlockDType = "Q8_0" | "Q4_0" | "IQ4_NL";

/** A matrix as integers on a grid, with a step a column. */
export interface GridTensor {
  readonly profile: "file";
  readonly name: string;
  /** What it is read as. */
  readonly dtype: "BF16";
  /** `[outputs, inputs]` */
  readonly shape: readonly [number, number];
  readonly grid: GridCodes;
}

/** A tensor as bytes of its type, little-endian: a matrix of blocks, outlier columns and their places, what is kept. */
export interface BytesTensor {
  readonly profile: Profile;
  readonly name: string;
  readonly dtype: BlockDType | "F32" | "F16" | "BF16" | "I32";
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type QuantizedTensor = GridTensor | BytesTensor;
