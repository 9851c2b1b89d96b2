import { type Factor, factorHessian } from "../numeric/factor.js";
import type { Hessian } from "../numeric/hessian.js";
import type { Products } from "../numeric/products.js";

/** Rows of a matrix whose energy is taken at a time. */
const ROWS = 1024;

/** What the matrices with one input need to know of it, each thing made when it is asked for and once. */
export class MatrixInputs {
  #factor: Promise<Factor> | undefined;
  #full: Float32Array | undefined;

  constructor(
    readonly hessian: Hessian,
    readonly options: {
      readonly tensor: string;
      readonly damping: number;
      readonly products: Products;
      readonly signal?: AbortSignal | undefined;
    },
  ) {}

  /** The diagonal, with the median where no input excites a column. */
  prices(): Float64Array {
    this.hessian.check(this.options.tensor);
    const diagonal = this.hessian.diagonal();
    const live = diagonal.filter((x) => x > 0).sort();
    const median = live[live.length >> 1] ?? 1;
    return diagonal.map((x) => (x > 0 ? x : median));
  }

  factor(): Promise<Factor> {
    const { sum, width } = this.hessian;
    if (this.#factor === undefined) this.hessian.check(this.options.tensor);
    this.#factor ??= factorHessian(sum, width, this.options.products, this.options);
    return this.#factor;
  }

  /** `sum over rows of x^T H x`: the squares of what `x[rows, width]` gives on the calibration. */
  async energy(x: Float32Array, rows: number, products: Products): Promise<number> {
    const { width } = this.hessian;
    this.#full ??= symmetric(this.hessian);
    let sum = 0;
    for (let from = 0; from < rows; from += ROWS) {
      const count = Math.min(ROWS, rows - from);
      const part = x.subarray(from * width, (from + count) * width);
      const image = await products.plain(part, this.#full, count, width, width);
      for (let i = 0; i < image.length; i++) sum += (image[i] as number) * (part[i] as number);
    }
    return Math.max(0, sum);
  }
}

function symmetric({ sum, width }: Hessian): Float32Array {
  const full = new Float32Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = sum[i * width + j] as number;
      full[i * width + j] = value;
      full[j * width + i] = value;
    }
  }
  return full;
}
