// Matrix products on the native kernels, whose bits don't depend on the number of threads.

import { dim, f32, matmul, type Program, program } from "@ryanstream/tensor";

/** Programs are planned for the largest sizes that they have seen, rounded up so that few are made. */
const roundUp = (size: number): number =>
  size <= 256
    ? 256
    : size <= 2048
      ? 2 ** Math.ceil(Math.log2(size))
      : Math.ceil(size / 1024) * 1024;

type Run = (
  a: Float32Array,
  b: Float32Array,
  dims: Record<string, number>,
) => Promise<Float32Array>;

interface Made {
  readonly run: Run;
  readonly program: Disposable;
  readonly caps: readonly [number, number, number];
}

/** `a @ b` and `transposed(a) @ b` of row-major float32. */
export class Products implements Disposable {
  readonly #made = new Map<boolean, Made>();

  /** `a[m, inner] @ b[inner, n]` */
  plain(a: Float32Array, b: Float32Array, m: number, inner: number, n: number) {
    return this.#product(a, b, m, inner, n, false);
  }

  /** `transposed(a[inner, m]) @ b[inner, n]` */
  transposed(a: Float32Array, b: Float32Array, m: number, inner: number, n: number) {
    return this.#product(a, b, m, inner, n, true);
  }

  #product(
    a: Float32Array,
    b: Float32Array,
    m: number,
    inner: number,
    n: number,
    transA: boolean,
  ): Promise<Float32Array> {
    const sizes = [m, inner, n] as const;
    let made = this.#made.get(transA);
    if (made === undefined || sizes.some((size, i) => size > (made?.caps[i] as number))) {
      const caps = sizes.map((size, i) => Math.max(roundUp(size), made?.caps[i] ?? 0));
      made?.program[Symbol.dispose]();
      made = make(caps as [number, number, number], transA);
      this.#made.set(transA, made);
    }
    return made.run(a, b, { m, inner, n });
  }

  [Symbol.dispose](): void {
    for (const { program } of this.#made.values()) program[Symbol.dispose]();
    this.#made.clear();
  }
}

function make(caps: [number, number, number], transA: boolean): Made {
  const [m, inner, n] = [
    dim("m", { max: caps[0] }),
    dim("inner", { max: caps[1] }),
    dim("n", { max: caps[2] }),
  ];
  const product = program(
    { a: transA ? f32(inner, m) : f32(m, inner), b: f32(inner, n) },
    ({ a, b }) => matmul(a, b, { transA }),
  );
  return {
    caps,
    program: product as Program & Disposable,
    run: (a, b, dims) => product.run({ a, b }, { dims }),
  };
}
