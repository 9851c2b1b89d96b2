// What the writer of RyanFormat takes.

import type { DTypeLayout } from "../dtype.js";
import type { GridCodes } from "../entropy/index.js";
import { FormatError } from "../errors.js";
import type { FormatRules, PlannedTensor, TensorInput } from "../writing/tensor-input.js";
import { planTensor } from "../writing/tensor-input.js";
import { MAX_DIMENSIONS, MAX_NAME_BYTES } from "./layout.js";

/** Elements that come back bit for bit. */
export interface ExactTensor extends TensorInput {
  /**
   * `"exact"` (default): entropy coded where that saves 1/64 of the first 8 MiB, else raw. `"raw"`: as they are, so that
   * they can be mapped.
   */
  readonly encoding?: "exact" | "raw" | undefined;
}

/** A matrix of integers on a grid, which decodes to `dtype`. */
export interface GridTensor {
  readonly name: string;
  readonly dtype: "F32" | "F16" | "BF16";
  readonly shape: readonly [n: number, k: number];
  /** The codes, or a function that gives them when their turn has come. */
  readonly grid: GridCodes | (() => GridCodes | Promise<GridCodes>);
}

export type RyanTensor = ExactTensor | GridTensor;

export type PlannedRyanTensor = PlannedTensor & {
  readonly encoding: "exact" | "raw" | "grid";
  readonly grid?: GridTensor["grid"];
};

const rules: FormatRules = {
  format: "ryan",
  has: () => true,
  rowBlocks: ({ safetensors }: DTypeLayout) => !safetensors,
  maxDimensions: MAX_DIMENSIONS,
  nameFault: (name) =>
    Buffer.byteLength(name) > MAX_NAME_BYTES
      ? `a name of at most ${MAX_NAME_BYTES} bytes`
      : undefined,
};

/** @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_UNSUPPORTED` */
export function planRyanTensor(tensor: RyanTensor): PlannedRyanTensor {
  if ("grid" in tensor) {
    const planned = planTensor({ ...tensor, data: () => [] }, rules);
    const { name, shape, grid } = tensor;
    if (!["F32", "F16", "BF16"].includes(tensor.dtype) || shape.length !== 2) {
      throw new FormatError("ERR_TENSOR", {
        tensor: name,
        expected: "a matrix of F32, F16 or BF16 as a grid",
        found: `${tensor.dtype} [${shape.join(", ")}]`,
      });
    }
    return { ...planned, encoding: "grid", grid };
  }
  const { encoding = "exact" } = tensor;
  if (encoding !== "exact" && encoding !== "raw") {
    throw new FormatError("ERR_ARGUMENT", {
      tensor: tensor.name,
      expected: '"exact" or "raw" as encoding',
      found: encoding,
    });
  }
  return { ...planTensor(tensor, rules), encoding };
}
