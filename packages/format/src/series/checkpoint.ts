// What a series is given and gives back.

import type { DType } from "../dtype.js";

/**
 * What a tensor is to training, which decides how it is stored:
 * - `"weight"`: its change since the checkpoint before, on a grid as fine as its gradients ask for;
 * - `"first-moment"`: momentum, in multiples of the root of the second moment, or of row and column factors;
 * - `"second-moment"`: an average of squares, on a logarithmic grid; zero stays zero and what is positive stays positive;
 * - `"average"`: an average of weights or of their steps, whichever it looks like;
 * - `"exact"`: bit for bit.
 */
export type SeriesRole = "weight" | "first-moment" | "second-moment" | "average" | "exact";

export const seriesRoles: readonly SeriesRole[] = [
  "weight",
  "first-moment",
  "second-moment",
  "average",
  "exact",
];

/** A tensor of a series, without its data. */
export interface SeriesTensorInfo {
  readonly name: string;
  readonly role: SeriesRole;
  /** The weight that a state belongs to. */
  readonly of?: string | undefined;
  /** F32, F16 or BF16, or with the role `"exact"` any. */
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface SeriesTensor extends SeriesTensorInfo {
  /** Little-endian elements, or a function that gives them when their turn has come. */
  readonly data: ArrayBufferView | (() => ArrayBufferView);
}

export interface SeriesCheckpoint {
  readonly step: number;
  readonly tensors: readonly SeriesTensor[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface RestoredTensor extends SeriesTensorInfo {
  /** Little-endian elements. */
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface RestoredCheckpoint {
  readonly step: number;
  /** By name, in the order in which they were given. */
  readonly tensors: ReadonlyMap<string, RestoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bits for each element of the weights. */
export interface SeriesBits {
  readonly weights: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  readonly averages: number;
  /** Exact tensors, values that no code has, and what describes the rest. */
  readonly other: number;
}

export interface AppendReport {
  readonly step: number;
  /** A keyframe can be read by itself, a link after those before it. */
  readonly kind: "keyframe" | "link";
  readonly file: string;
  /** What the file has grown by, index included. */
  readonly bytes: number;
  /** Elements of the weights. */
  readonly parameters: number;
  /** `bytes` a parameter, in bits. */
  readonly bitsPerParameter: number;
  readonly bits: SeriesBits;
}
