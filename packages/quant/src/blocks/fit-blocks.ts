import type { BlockDType } from "../quantized-tensor.js";
import { type CancelOptions, cancelErrors } from "../rounding/cancel-errors.js";
import { BlockRounder } from "./block-rounder.js";
import { blockTypeOf } from "./block-type.js";
import { chooseOutliers, OutlierRounder } from "./outlier-rounder.js";

export interface FittedBlocks {
  readonly bytes: Uint8Array;
  /** Columns that 8 bits hold, and their blocks. */
  readonly outliers?:
    | { readonly columns: Int32Array; readonly width: number; readonly bytes: Uint8Array }
    | undefined;
  /** `e^T H e`. */
  readonly cost: number;
}

/**
 * A matrix on blocks.
 *
 * @param prices        what an error of each column costs by itself: the Hessian's diagonal
 * @param outlierCount  columns held in 8 bits beside them
 */
export async function fitBlocks(
  name: string,
  dtype: BlockDType,
  prices: Float64Array,
  outlierCount: number,
  options: CancelOptions,
): Promise<FittedBlocks> {
  const { weights, rows, columns } = options;
  const type = blockTypeOf(dtype);
  if (outlierCount === 0) {
    const rounder = new BlockRounder(type, rows, columns, prices, name);
    const cost = await cancelErrors(rounder, options);
    return { bytes: rounder.bytes(), cost };
  }
  const chosen = chooseOutliers(weights, rows, columns, prices, outlierCount);
  const weighted = prices.slice();
  for (const c of chosen) weighted[c] = 0;
  const main = new BlockRounder(type, rows, columns, weighted, name);
  const rounder = new OutlierRounder(main, chosen, weights);
  const cost = await cancelErrors(rounder, options);
  return {
    bytes: main.bytes(),
    outliers: { columns: chosen, width: rounder.width, bytes: rounder.bytes() },
    cost,
  };
}
