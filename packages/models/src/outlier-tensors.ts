// Outlier columns of a matrix as files have them: NAME.outlier_columns and NAME.outliers beside NAME.

import type { TensorInfo, TensorSource } from "@ryanstream/format";
import {
  type BlockType,
  blockTypes,
  heldAs,
  type PackedSpec,
  packedWeight,
} from "@ryanstream/kernels";
import { ensure } from "./errors.js";

type Tensors = Pick<TensorSource, "tensors">;

export const outlierNames = (matrix: string) => ({
  columns: `${matrix}.outlier_columns`,
  weight: `${matrix}.outliers`,
});

/** What the header says of a matrix's outlier columns. */
export interface OutlierTensors {
  /** `I32 [count]` */
  readonly columns: TensorInfo;
  readonly count: number;
  /** `[n, width]`, where `width` is `count` or, for whole blocks, more. */
  readonly weight: TensorInfo;
  readonly type: BlockType;
  /** They are held as the file has them, whatever the matrix becomes. */
  readonly spec: PackedSpec;
}

/** Columns beyond those that there are: what whole blocks of the largest type need. */
const MOST_PADDING = 255;

/**
 * The outlier columns of a matrix; undefined where it has none.
 *
 * @throws ModelError `ERR_WEIGHTS`
 */
export function outlierTensors(
  { tensors }: Tensors,
  matrix: string,
  [n, k]: readonly [number, number],
): OutlierTensors | undefined {
  const names = outlierNames(matrix);
  const [columns, weight] = [tensors.get(names.columns), tensors.get(names.weight)];
  if (columns === undefined && weight === undefined) return undefined;
  ensure(
    columns !== undefined && weight !== undefined,
    "ERR_WEIGHTS",
    () => `expected both ${names.columns} and ${names.weight}, or none; found one`,
  );
  const [count = 0, ...others] = columns.shape;
  ensure(
    columns.dtype === "I32" && others.length === 0 && count > 0 && count <= k,
    "ERR_WEIGHTS",
    () => `${names.columns}: expected I32 [1 to ${k}], found ${columns.dtype} [${columns.shape}]`,
  );
  const type = blockTypes.find((known) => known === weight.dtype);
  const width = weight.shape[1] ?? 0;
  const fits = width >= count && width <= count + MOST_PADDING;
  ensure(
    type !== undefined && weight.shape.length === 2 && weight.shape[0] === n && fits,
    "ERR_WEIGHTS",
    () =>
      `${names.weight}: expected one of ${blockTypes.join(", ")} of [${n}, ${count} or a little more], ` +
      `found ${weight.dtype} [${weight.shape}]`,
  );
  return { columns, count, weight, type, spec: packedWeight({ n, k: width, ...heldAs(type) }) };
}

/**
 * Which columns they are.
 *
 * @param k  columns of the matrix
 * @throws ModelError `ERR_WEIGHTS`; what reading throws
 */
export async function readOutlierColumns(
  source: TensorSource,
  { columns: { name }, count }: OutlierTensors,
  k: number,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const bytes = await source.read(name, { signal });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  found.forEach((column, i) => {
    const least = i === 0 ? 0 : (found[i - 1] as number) + 1;
    ensure(
      column >= least && column < k,
      "ERR_WEIGHTS",
      () => `${name}: expected ascending columns from 0 to ${k - 1}, found ${column} at ${i}`,
    );
  });
  return found;
}
