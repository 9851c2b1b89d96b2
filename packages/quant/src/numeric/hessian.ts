import { ensure } from "../errors.js";
import { addGram } from "./gram.js";
import type { Products } from "./products.js";

/** Rows of a product: a float32 sum of more would lose what doubles then keep. */
const ROWS = 512;

/** `X^T X` of what a matrix multiplies. */
export class Hessian {
  /** Lower triangle, row-major. */
  readonly sum: Float64Array;
  rows = 0;

  constructor(readonly width: number) {
    this.sum = new Float64Array(width * width);
  }

  async add(x: Float32Array, rows: number, products: Products): Promise<void> {
    const { width } = this;
    for (let from = 0; from < rows; from += ROWS) {
      const count = Math.min(ROWS, rows - from);
      const part = x.subarray(from * width, (from + count) * width);
      await addGram(this.sum, width, part, count, width, 1, products);
    }
    this.rows += rows;
  }

  diagonal(): Float64Array {
    return Float64Array.from(
      { length: this.width },
      (_, i) => this.sum[i * this.width + i] as number,
    );
  }

  /** A copy whose diagonal has `share` of its mean more. */
  withDiagonal(share: number): Hessian {
    const copy = new Hessian(this.width);
    copy.sum.set(this.sum);
    copy.rows = this.rows;
    const mean = this.diagonal().reduce((sum, x) => sum + x, 0) / this.width;
    for (let i = 0; i < this.width; i++) {
      copy.sum[i * this.width + i] = (copy.sum[i * this.width + i] as number) + share * mean;
    }
    return copy;
  }

  /** Throws for what no model's inputs give, naming the tensor that is to be quantised by it. */
  check(tensor: string): void {
    ensure(this.rows > 0, "ERR_VALUE", () => `${tensor}: expected calibration tokens, found none`);
    for (let i = 0; i < this.sum.length; i++) {
      if (Number.isFinite(this.sum[i] as number)) continue;
      const [row, column] = [Math.floor(i / this.width), i % this.width];
      ensure(false, "ERR_VALUE", () => {
        const found = `${this.sum[i]} for inputs ${row} and ${column}`;
        return `${tensor}: expected finite inputs on the calibration tokens, found ${found}`;
      });
    }
  }
}
