import { dequantize } from "@ryanstream/format";
import { gridValues } from "./grid/grid-steps.js";
import type { BytesTensor, QuantizedTensor } from "./quantized-tensor.js";

/** The values of a matrix from its tensors: the matrix, then its outlier columns' places and values, if it has any. */
export function blockValues(tensors: readonly BytesTensor[]): Float32Array {
  const [matrix, places, outliers] = tensors as [BytesTensor, BytesTensor?, BytesTensor?];
  const values = dequantize(matrix.dtype, matrix.data);
  if (places === undefined || outliers === undefined) return values;
  const columns = new Int32Array(places.data.slice().buffer);
  const own = dequantize("Q8_0", outliers.data);
  const [rows, width] = outliers.shape as [number, number];
  const k = matrix.shape[1] as number;
  for (let r = 0; r < rows; r++) {
    columns.forEach((c, i) => {
      values[r * k + c] = (values[r * k + c] as number) + (own[r * width + i] as number);
    });
  }
  return values;
}

/** The values of a matrix as its tensors say, whichever they are. */
export const valuesOf = (tensors: readonly QuantizedTensor[]): Float32Array => {
  const [first] = tensors as [QuantizedTensor];
  return "grid" in first ? gridValues(first.grid) : blockValues(tensors as readonly BytesTensor[]);
};
