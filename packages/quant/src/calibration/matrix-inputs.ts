import { type Factor, factorHessian } from "../numeric/factor.js";
import type { Hessian } from "../numeric/hessian.js";
import type { Products } from "../numeric/products.js";

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

  /** `x^T H x` of each row of `x[rows, width]`: the squares of what it gives on the calibration. */
  async energies(x: Float32Array, rows: number, products: Products): Promise<Float64Array> {
    const { width } = this.hessian;
    this.hessian.check(this.options.tensor);
    this.#full ??= symmetric(this.hessian);
    const image = await products.plain(x, this.#full, rows, width, width);
    return Float64Array.from({ length: rows }, (_, r) => {
      let sum = 0;
      for (let i = r * width; i < (r + 1) * width; i++) {
        sum += (image[i] as number) * (x[i] as number);
      }
      return Math.max(0, sum);
    });
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
