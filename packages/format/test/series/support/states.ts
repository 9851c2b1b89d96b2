// States such as training makes, from a seed, and hostile ones.

import fc from "fast-check";
import type { Dims } from "../../../src/series/factors.js";

/** Uniform in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal, of deviation 1. */
export function floatsFrom(seed: number, length: number, deviation = 1): Float32Array<ArrayBuffer> {
  const random = randomFrom(seed);
  return Float32Array.from({ length }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** Averages of squares: a factor of each row and column, with noise, and a row of zeros. */
export function gradientSquares(
  { rows, columns }: Dims,
  seed: number,
  { zeros = true } = {},
): Float32Array<ArrayBuffer> {
  const ofRow = floatsFrom(seed + 11, rows, 2);
  const ofColumn = floatsFrom(seed + 12, columns, 1.5);
  const noise = floatsFrom(seed + 13, rows * columns, 0.6);
  return noise.map((each, i) => {
    const row = Math.floor(i / columns);
    if (zeros && row === 1) return 0;
    return 2 ** ((ofRow[row] as number) + (ofColumn[i % columns] as number) + each - 20);
  });
}

export const dims: fc.Arbitrary<Dims> = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }))
  .map(([rows, columns]) => ({ rows, columns }));

/** Any bits of float32, with those that go wrong most often. */
export const anyFloats: fc.Arbitrary<Float32Array<ArrayBuffer>> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        0,
        -0,
        NaN,
        Infinity,
        -Infinity,
        2 ** -149,
        -(2 ** -149),
        3.4028234e38,
        1e-40,
      ),
      fc.float(),
      fc.float({ min: Math.fround(-1e-3), max: Math.fround(1e-3) }),
    ),
    { maxLength: 200 },
  )
  .map((values) => Float32Array.from(values));

export const rmsOf = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0) / Math.max(1, values.length));
