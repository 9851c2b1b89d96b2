/** `W[r, c] = fround(fround(codes[r * k + c] * step(c)) * rowScale(r))` */
export interface GridCodes {
  /** `[outputs, inputs]`: n rows, k columns. */
  readonly shape: readonly [number, number];
  /** Row-major; magnitudes below 2^20. */
  readonly codes: Int32Array;
  readonly steps: GridSteps;
  /** n, each exactly a float16; absent: 1. */
  readonly rowScales?: Float32Array | undefined;
}

/** Steps of columns: `base * 2^(index / 8)`. */
export interface GridSteps {
  /** A float32 above 0. */
  readonly base: number;
  /** One a column. */
  readonly index: Uint8Array;
}
