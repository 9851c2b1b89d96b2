// Counts of symbols to the frequencies that the coder works with, and what symbols cost under
// them. All arithmetic is on integers or on products and quotients that IEEE 754 fixes, so that
// the native encoder chooses the same tables.

/** Frequencies of a table add up to 2 to the power of this. */
export const SCALE_BITS = 12;
export const SCALE = 1 << SCALE_BITS;

/** How often each byte occurs. */
export function countBytes(bytes: Uint8Array): Float64Array {
  const counts = new Float64Array(256);
  // Four tables, since a run of equal bytes would wait for its own last count.
  const four = new Uint32Array(1024);
  const count = (at: number) => {
    four[at] = (four[at] as number) + 1;
  };
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    count(bytes[i] as number);
    count(256 + (bytes[i + 1] as number));
    count(512 + (bytes[i + 2] as number));
    count(768 + (bytes[i + 3] as number));
  }
  for (; i < bytes.length; i++) count(bytes[i] as number);
  for (let j = 0; j < 1024; j++)
    counts[j & 255] = (counts[j & 255] as number) + (four[j] as number);
  return counts;
}

/**
 * Frequencies for counts whose sum is from 1 to 2^40: at least 1 for what occurs, at most
 * SCALE - 1, together SCALE. A symbol that is alone gets a companion that never occurs.
 */
export function frequenciesOf(counts: Float64Array): Uint16Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const half = Math.floor(total / 2);
  const freqs = new Uint16Array(256);
  let sum = 0;
  for (let s = 0; s < 256; s++) {
    const count = counts[s] as number;
    if (count === 0) continue;
    const nearest = Math.floor((count * SCALE + half) / total);
    freqs[s] = Math.min(SCALE - 1, Math.max(1, nearest));
    sum += freqs[s] as number;
  }
  // One step at a time to the symbol that gains the most, or loses the least: the
  // derivative of its cost, count / frequency, in the middle of the step.
  while (sum !== SCALE) {
    const step = sum < SCALE ? 1 : -1;
    let best = -1;
    for (let s = 0; s < 256; s++) {
      const freq = freqs[s] as number;
      if (freq === 0 || (step > 0 ? freq === SCALE - 1 : freq === 1)) continue;
      if (best < 0) {
        best = s;
        continue;
      }
      const mine = (counts[s] as number) * (2 * (freqs[best] as number) + step);
      const its = (counts[best] as number) * (2 * freq + step);
      if (step > 0 ? mine > its : mine < its) best = s;
    }
    if (best < 0) best = freqs[0] === 0 ? 0 : 1;
    freqs[best] = (freqs[best] as number) + step;
    sum += step;
  }
  return freqs;
}

let costs: Uint32Array | undefined;

/** `costTable()[f]`: bits of a symbol of frequency f, in units of 2^-16, rounded up; for f = 0 that of 1. */
export function costTable(): Uint32Array {
  costs ??= Uint32Array.from({ length: SCALE + 1 }, (_, f) => {
    let whole = 31 - Math.clz32(Math.max(1, f));
    let rest = Math.max(1, f) / 2 ** whole;
    // Binary logarithm bit by bit: squaring doubles it.
    for (let i = 0; i < 16; i++) {
      rest *= rest;
      whole *= 2;
      if (rest >= 2) {
        rest /= 2;
        whole++;
      }
    }
    return SCALE_BITS * 65536 - whole;
  });
  return costs;
}

/** Bytes that symbols of these counts take, without table and states, rounded up. */
export function codedBytes(counts: Float64Array, freqs: Uint16Array): number {
  const costs = costTable();
  let sum = 0;
  for (let s = 0; s < 256; s++)
    sum += (counts[s] as number) * (costs[freqs[s] as number] as number);
  return Math.ceil(sum / (8 * 65536));
}
