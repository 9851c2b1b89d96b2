// How weights are held in memory.

import { type BlockType, heldAs, type PackedSpec, packedWeight } from "@ryanstream/kernels";
import { ensure } from "./errors.js";

/** How weights are held: as the file has them, or with so many bits; `nl4` has 4, on a grid that isn't even. */
export const weightFormats = ["as-is", "int8", "int4", "nl4"] as const;

export type WeightFormat = (typeof weightFormats)[number];

/** @throws ModelError `ERR_ARGUMENT` */
export function checkFormat(format: WeightFormat): void {
  ensure(
    weightFormats.includes(format),
    "ERR_ARGUMENT",
    () => `expected weights "as-is", "int8", "int4" or "nl4", found ${JSON.stringify(format)}`,
  );
}

/**
 * The packed format of a matrix. With `int4` and `nl4`, embedding and head have 8 bits: they are a small part of
 * large models, and what they lose is lost in every token.
 */
export function specFor(
  type: BlockType,
  n: number,
  k: number,
  format: WeightFormat,
  embedding: boolean,
): PackedSpec {
  if (format === "as-is") return packedWeight({ n, k, ...heldAs(type) });
  return packedWeight({ n, k, format: embedding ? "int8" : format, group: 32 });
}
