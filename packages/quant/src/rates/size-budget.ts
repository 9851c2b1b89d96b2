import { QuantError } from "../errors.js";
import type { KeptTensor } from "../quantizable-model.js";
import { outlierShare } from "../settings.js";
import type { Work } from "../work.js";
import { fileOverhead, type StoredSize } from "./file-overhead.js";

const keptBytes = ({ dtype, shape }: KeptTensor): number =>
  shape.reduce((size, extent) => size * extent, dtype === "F32" ? 4 : 2);

const sizeOfKept = (tensor: KeptTensor): StoredSize => {
  const bytes = keptBytes(tensor);
  return { elementBytes: bytes, storedBytes: bytes };
};

/**
 * Bits for all matrices together, once everything else has its own.
 *
 * @param rates  of the matrices, as far as is known: gaps in the file depend on their sizes
 */
export function sizeBudget({ model, settings }: Work, rates: readonly number[] = []): number {
  const kept = model.kept.map(sizeOfKept);
  const head = settings.targeted === "file";
  const matrices = model.matrices.flatMap((matrix, i): StoredSize[] => {
    const [n, k] = matrix.shape;
    const storedBytes = (n * k * (rates[i] ?? settings.targetBits)) / 8;
    const own = { elementBytes: 2 * n * k, storedBytes, head };
    // Outlier columns and their places are tensors of their own; their bytes are the matrix's.
    const beside = { elementBytes: 0, storedBytes: 0 };
    return head || outlierShare(settings, matrix) === 0 ? [own] : [own, beside, beside];
  });
  const own = kept.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const rest = own + fileOverhead([...kept, ...matrices]);
  const bits = settings.targetBits * model.parameters - 8 * rest;
  if (bits > 0) return bits;
  throw new QuantError(
    "ERR_BUDGET",
    `expected more than ${((8 * rest) / model.parameters).toFixed(2)} as targetBits, found ${settings.targetBits}`,
  );
}
