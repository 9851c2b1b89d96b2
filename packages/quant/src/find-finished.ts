import { gridStoredBytes } from "@ryanstream/format";
import { QuantError } from "./errors.js";
import type { Resume } from "./options.js";
import type { MatrixPlan } from "./plan.js";
import type { QuantizableMatrix } from "./quantizable-model.js";
import { outliersOf, type QuantizedMatrix } from "./quantize-matrix.js";
import type { QuantizedTensor } from "./quantized-tensor.js";
import { valuesOf } from "./tensor-values.js";

/** A matrix that an interrupted run has finished, or undefined. Its error isn't known any more. */
export async function findFinished(
  resume: Resume | undefined,
  { profile, name, dtype }: MatrixPlan,
  { shape }: QuantizableMatrix,
  outlierColumns: number,
): Promise<QuantizedMatrix | undefined> {
  if (resume === undefined) return undefined;
  const matrix = await resume.find(profile, name);
  if (matrix === undefined) return undefined;
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new QuantError(
      "ERR_RESUME",
      `${name}: expected [${shape.join(", ")}], found [${matrix.shape.join(", ")}]`,
    );
  }
  const outlierCount = outliersOf(dtype, shape, outlierColumns);
  const places = await resume.find(profile, `${name}.outlier_columns`);
  const outliers = await resume.find(profile, `${name}.outliers`);
  const whole = outlierCount === 0 || (places !== undefined && outliers !== undefined);
  if (!whole) return undefined;
  const tensors: QuantizedTensor[] =
    places === undefined || outliers === undefined ? [matrix] : [matrix, places, outliers];
  return {
    tensors,
    values: valuesOf(tensors),
    bytes: tensors.reduce((sum, tensor) => sum + storedBytes(tensor), 0),
    encoding: "grid" in matrix ? "grid" : matrix.dtype,
    outliers: places?.shape[0] ?? 0,
    error: undefined,
  };
}

function storedBytes(tensor: QuantizedTensor): number {
  if (!("grid" in tensor)) return tensor.data.byteLength;
  return gridStoredBytes(tensor.grid);
}
