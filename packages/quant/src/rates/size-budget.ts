import { QuantError } from "../errors.js";
import type { KeptTensor } from "../quantizable-model.js";
import type { Work } from "../work.js";
import { fileOverhead } from "./file-overhead.js";

export const keptBytes = ({ dtype, shape }: KeptTensor): number =>
  shape.reduce((size, extent) => size * extent, dtype === "F32" ? 4 : 2);

/** Bits for all matrices together, once everything else has its own. */
export function sizeBudget({ model, settings }: Work): number {
  const kept = model.kept.map(keptBytes);
  const matrices = model.matrices.map(({ shape: [n, k] }) => (n * k * settings.targetBits) / 8);
  const rest = kept.reduce((sum, bytes) => sum + bytes, fileOverhead([...kept, ...matrices]));
  const bits = settings.targetBits * model.parameters - 8 * rest;
  if (bits <= 0) {
    throw new QuantError(
      "ERR_BUDGET",
      `expected more than ${((8 * rest) / model.parameters).toFixed(2)} as targetBits, found ${settings.targetBits}`,
    );
  }
  return bits;
}
