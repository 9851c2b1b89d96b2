// The entropy coder as the container needs it.

import type { DType } from "../dtype.js";
import { FormatError } from "../errors.js";

export interface GridSteps {
  readonly base: number;
  readonly index: Uint8Array;
}

export interface GridCodes {
  readonly shape: readonly [n: number, k: number];
  readonly codes: Int32Array;
  readonly steps: GridSteps;
  readonly rowScales?: Float32Array | undefined;
}

export interface Coder {
  encodePlanes(bytes: Uint8Array, dtype: DType): Uint8Array;
  decodePlanes(coded: Uint8Array, into: Uint8Array): void;
  encodeGrid(grid: GridCodes): {
    readonly head: Uint8Array;
    readonly rows: (first: number, end: number) => Uint8Array;
  };
  decodeGridRows(head: Uint8Array, coded: Uint8Array, rows: number, into: Float32Array): void;
}

let used: Coder | undefined;

export const useCoder = (coder: Coder | undefined): void => {
  used = coder;
};

export const hasCoder = (): boolean => used !== undefined;

export function coder(): Coder {
  if (used !== undefined) return used;
  throw new FormatError("ERR_UNSUPPORTED", { expected: "an entropy coder", found: "none" });
}
