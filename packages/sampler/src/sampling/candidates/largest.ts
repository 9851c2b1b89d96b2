// The largest of many logits, four at a time: one comparison waits for the one before.

/** Logits that are gone through in a call. */
const PART = 2048;

/** NaN if one is NaN or Infinity; -Infinity if there is none. */
export function largest(logits: Float32Array): number {
  let most = -Infinity;
  for (let begin = 0; begin < logits.length; begin += PART) {
    most = Math.max(most, largestPart(logits, begin, Math.min(begin + PART, logits.length)));
  }
  return most;
}

/** Called often for short loops, as `sumPart` of the ranges, and for the same reason. */
function largestPart(logits: Float32Array, begin: number, stop: number): number {
  const end = stop - ((stop - begin) & 3);
  let a = -Infinity;
  let b = -Infinity;
  let c = -Infinity;
  let d = -Infinity;
  for (let i = begin; i < end; i += 4) {
    const w = logits[i] as number;
    const x = logits[i + 1] as number;
    const y = logits[i + 2] as number;
    const z = logits[i + 3] as number;
    // NaN is not "no more than" anything: it gets into the branches, which are rare.
    if (!(w <= a)) {
      if (!(w < Infinity)) return Number.NaN;
      a = w;
    }
    if (!(x <= b)) {
      if (!(x < Infinity)) return Number.NaN;
      b = x;
    }
    if (!(y <= c)) {
      if (!(y < Infinity)) return Number.NaN;
      c = y;
    }
    if (!(z <= d)) {
      if (!(z < Infinity)) return Number.NaN;
      d = z;
    }
  }
  for (let i = end; i < stop; i++) {
    const w = logits[i] as number;
    if (!(w < Infinity)) return Number.NaN;
    if (w > a) a = w;
  }
  return Math.max(a, b, c, d);
}

/** Tokens from one of a sample to the next; prime, as vocabularies may have a pattern. */
const STRIDE = 61;

/** The largest of a sample of the logits. */
export function sampleLargest(logits: Float32Array): number {
  let most = -Infinity;
  for (let i = 0; i < logits.length; i += STRIDE) {
    const logit = logits[i] as number;
    if (logit > most) most = logit;
  }
  return most;
}

/** About how many logits are larger than a bound, by the same sample. */
export function estimateAbove(logits: Float32Array, bound: number): number {
  let count = 0;
  for (let i = 0; i < logits.length; i += STRIDE) if ((logits[i] as number) > bound) count++;
  return count * STRIDE;
}
