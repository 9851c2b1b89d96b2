import { ensure } from "../errors.js";
import type { ColumnRounder } from "../rounding/cancel-errors.js";

/** Codes that the format holds. */
const MAX_CODE = 2 ** 20 - 1;

/** Rounds each column to multiples of its step, times the row's scale. */
export class GridRounder implements ColumnRounder {
  readonly ends: readonly number[];
  /** A column after the other: `[k, n]`. */
  readonly codes: Int32Array;

  constructor(
    rows: number,
    readonly steps: Float32Array,
    readonly name: string,
    readonly rowScales?: Float32Array | undefined,
  ) {
    this.ends = Array.from(steps, (_, c) => c + 1);
    this.codes = new Int32Array(rows * steps.length);
  }

  round(c: number, target: Float32Array, rounded: Float32Array): void {
    const step = this.steps[c] as number;
    const inverse = 1 / step;
    const scales = this.rowScales;
    const codes = this.codes.subarray(c * target.length, (c + 1) * target.length);
    let most = 0;
    for (let r = 0; r < target.length; r++) {
      const scale = scales === undefined ? 1 : (scales[r] as number);
      const code = Math.round(((target[r] as number) * inverse) / scale);
      codes[r] = code;
      rounded[r] = Math.fround(code * step) * scale;
      const magnitude = Math.abs(code);
      if (magnitude > most) most = magnitude;
    }
    ensure(
      most <= MAX_CODE,
      "ERR_VALUE",
      () => `${this.name}: expected codes up to ${MAX_CODE}, found ${most} in column ${c}`,
    );
  }
}
