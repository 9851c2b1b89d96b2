// Whether a machine can hold a model's weights.

import { totalmem } from "node:os";
import { ModelError } from "./errors.js";

/**
 * Refuses weights that the machine, or its container, has no memory for.
 *
 * @throws ModelError `ERR_MEMORY`
 */
export function expectMemory(bytes: number): void {
  const memory = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
  if (bytes <= memory) return;
  throw new ModelError(
    "ERR_MEMORY",
    `expected weights that fit in the machine's ${memory} bytes, found ${bytes}: ` +
      'weights: "int4" takes fewer',
  );
}
