/** Standard normal numbers, by seed. */
export function gaussians(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** `X^T X`, full, of correlated inputs whose spreads differ by columns. */
export function skewedGram(width: number, rows: number, seed: number): Float64Array {
  const random = gaussians(seed);
  const x = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const common = random();
    for (let c = 0; c < width; c++) {
      x[r * width + c] = (random() + 0.7 * common) * 4 ** (((c * 5) % 7) / 3 - 1);
    }
  }
  const h = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      for (let r = 0; r < rows; r++) {
        h[i * width + j] =
          (h[i * width + j] as number) +
          (x[r * width + i] as number) * (x[r * width + j] as number);
      }
    }
  }
  return h;
}
