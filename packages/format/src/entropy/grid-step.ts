// Steps of a grid: 2^(1/8) apart, exactly the same float32 everywhere.

/** Bits of the float32 nearest to 2^(i/8). */
const eighths = new Float32Array(
  Uint32Array.of(
    0x3f800000,
    0x3f8b95c2,
    0x3f9837f0,
    0x3fa5fed7,
    0x3fb504f3,
    0x3fc5672a,
    0x3fd744fd,
    0x3feac0c7,
  ).buffer,
);

/** Steps of a grid's columns: `gridStep(base, index[c])`. */
export interface GridSteps {
  /** A float32. */
  readonly base: number;
  /** One a column. */
  readonly index: Uint8Array;
}

/** `base * 2^(index / 8)`, the fraction rounded to float32 first, then the product. */
export const gridStep = (base: number, index: number): number =>
  Math.fround(Math.fround(base * (eighths[index & 7] as number)) * 2 ** (index >> 3));
