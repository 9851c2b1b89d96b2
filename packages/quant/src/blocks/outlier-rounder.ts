import { expectHalf, halfBits, roundedToHalf } from "../numeric/half.js";
import type { ColumnRounder } from "../rounding/cancel-errors.js";
import type { BlockRounder } from "./block-rounder.js";
import { type BlockType, blockTypeOf, GROUP, nearestLevel, packBlocks } from "./block-type.js";

/** Room for what columns take over from earlier ones. */
const MARGIN = 1.02;

/**
 * Blocks of 4 bits beside some columns of 8 bits. A table without zero leaves something in the place of such a column;
 * its 8 bits hold the difference, so that both together are the column.
 */
export class OutlierRounder implements ColumnRounder {
  readonly ends: readonly number[];
  readonly #main: BlockRounder;
  readonly #type: BlockType = blockTypeOf("Q8_0");
  readonly #place = new Map<number, number>();
  readonly #scales: Float32Array;
  readonly #places: Uint8Array;
  readonly #width: number;

  /**
   * @param columns  ascending
   * @param values   the matrix, a column after the other: scales are found before the work begins
   */
  constructor(
    main: BlockRounder,
    readonly columns: Int32Array,
    values: Float32Array,
  ) {
    this.#main = main;
    this.ends = main.ends;
    this.#width = Math.ceil(columns.length / GROUP) * GROUP;
    columns.forEach((c, i) => void this.#place.set(c, i));
    const groups = this.#width / GROUP;
    const scales = new Float32Array(main.rows * groups);
    columns.forEach((c, i) => {
      for (let r = 0; r < main.rows; r++) {
        const at = r * groups + Math.floor(i / GROUP);
        const scale = (MARGIN * Math.abs(values[c * main.rows + r] as number)) / 127;
        expectHalf(scale, main.name, () => `row ${r}, column ${c}`);
        scales[at] = Math.max(scales[at] as number, scale);
      }
    });
    this.#scales = roundedToHalf(scales);
    this.#places = new Uint8Array(main.rows * this.#width).fill(nearestLevel(this.#type, 0));
  }

  begin(from: number, end: number, targets: Float32Array): void {
    this.#main.begin(from, end, targets);
  }

  round(c: number, target: Float32Array, rounded: Float32Array): void {
    this.#main.round(c, target, rounded);
    const place = this.#place.get(c);
    if (place === undefined) return;
    const groups = this.#width / GROUP;
    for (let r = 0; r < target.length; r++) {
      const scale = this.#scales[r * groups + Math.floor(place / GROUP)] as number;
      const rest = (target[r] as number) - (rounded[r] as number);
      const level = nearestLevel(this.#type, scale === 0 ? 0 : rest / scale);
      this.#places[r * this.#width + place] = level;
      rounded[r] = (rounded[r] as number) + scale * (this.#type.levels[level] as number);
    }
  }

  /** Q8_0 `[rows, columns padded to whole groups]`. */
  get width(): number {
    return this.#width;
  }

  bytes(): Uint8Array {
    return packBlocks(this.#type, this.#places, halfBits(this.#scales));
  }
}

/** The columns whose errors in 4 bits cost most, ascending: weights by the squares that 32 values share a scale for. */
export function chooseOutliers(
  values: Float32Array,
  rows: number,
  columns: number,
  prices: Float64Array,
  count: number,
): Int32Array {
  const costs = new Float64Array(columns);
  for (let g = 0; g < columns; g += GROUP) {
    for (let r = 0; r < rows; r++) {
      let first = 0;
      let second = 0;
      let widest = g;
      for (let c = g; c < g + GROUP; c++) {
        const magnitude = Math.abs(values[c * rows + r] as number);
        if (magnitude > first) [first, second, widest] = [magnitude, first, c];
        else if (magnitude > second) second = magnitude;
      }
      // Each column pays for its own error, and the widest one for what it does to the others' steps.
      let others = 0;
      for (let c = g; c < g + GROUP; c++) {
        const price = prices[c] as number;
        costs[c] = (costs[c] as number) + price * first * first;
        if (c !== widest) others += price;
      }
      costs[widest] = (costs[widest] as number) + others * (first * first - second * second);
    }
  }
  const byCost = Array.from(costs, (_, c) => c).sort(
    (a, b) => (costs[b] as number) - (costs[a] as number) || a - b,
  );
  return Int32Array.from(byCost.slice(0, count).sort((a, b) => a - b));
}
