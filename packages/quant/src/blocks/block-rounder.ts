import { dequantize } from "@ryanstream/format";
import { expectHalf, halfBits } from "../numeric/half.js";
import type { ColumnRounder } from "../rounding/cancel-errors.js";
import { type BlockType, GROUP, nearestLevel, packBlocks } from "./block-type.js";
import { searchScale } from "./search-scale.js";

/** Rounds columns onto blocks; the scale of each row's group is searched when the group's turn comes. */
export class BlockRounder implements ColumnRounder {
  readonly ends: readonly number[];
  readonly #places: Uint8Array;
  readonly #scaleBits: Uint16Array;
  #scales = new Float32Array(0);

  /**
   * @param weights  what an error of each column costs; columns of no cost become what is nearest to zero
   */
  constructor(
    readonly type: BlockType,
    readonly rows: number,
    readonly columns: number,
    readonly weights: Float64Array,
    readonly name: string,
  ) {
    this.ends = Array.from({ length: columns / GROUP }, (_, g) => (g + 1) * GROUP);
    this.#places = new Uint8Array(rows * columns).fill(nearestLevel(type, 0));
    this.#scaleBits = new Uint16Array((rows * columns) / GROUP);
  }

  begin(from: number, end: number, targets: Float32Array): void {
    const weights = this.weights.subarray(from, end);
    const scales = new Float32Array(this.rows);
    for (let r = 0; r < this.rows; r++) {
      const scale = searchScale(this.type, targets, r, this.rows, weights);
      expectHalf(scale, this.name, () => `row ${r}, columns ${from} to ${end - 1}`);
      scales[r] = scale;
    }
    const bits = halfBits(scales);
    for (let r = 0; r < this.rows; r++) {
      this.#scaleBits[(r * this.columns + from) / GROUP] = bits[r] as number;
    }
    this.#scales = dequantize("F16", new Uint8Array(bits.buffer)) as Float32Array<ArrayBuffer>;
  }

  round(c: number, target: Float32Array, rounded: Float32Array): void {
    const { type, columns } = this;
    const zero = this.weights[c] === 0;
    for (let r = 0; r < target.length; r++) {
      const scale = this.#scales[r] as number;
      const value = scale === 0 || zero ? 0 : (target[r] as number) / scale;
      const place = nearestLevel(type, value);
      this.#places[r * columns + c] = place;
      rounded[r] = scale * (type.levels[place] as number);
    }
  }

  bytes(): Uint8Array {
    return packBlocks(this.type, this.#places, this.#scaleBits);
  }
}
