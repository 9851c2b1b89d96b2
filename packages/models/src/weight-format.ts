// How weights are held in memory.

import { type BlockType, heldAs, type PackedSpec, packedWeight } from "@ryanstream/kernels";
import { ensure } from "./errors.js";

/** How weights are held: as the file has them, or with so many bits. */
export type WeightFormat = "as-is" | "int8" | "int4";

/** @throws ModelError `ERR_ARGUMENT` */
export function checkFormat(format: WeightFormat): void {
  ensure(
    ["as-is", "int8", "int4"].includes(format),
    "ERR_ARGUMENT",
    () => `expected weights "as-is", "int8" or "int4", found ${JSON.stringify(format)}`,
  );
}

/**
 * The packed format of a matrix. With `int4`, embedding and head have 8 bits: they are a small part of
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
