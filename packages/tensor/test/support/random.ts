// Reproducible numbers for tests: a counter through the mixing function of splitmix64,
// shortened to 32 bits.

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** `length` numbers from `low` to `high`. */
export function uniform(seed: number, length: number, low = -1, high = 1): Float64Array {
  const next = random(seed);
  return Float64Array.from({ length }, () => low + (high - low) * next());
}
