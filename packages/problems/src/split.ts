// Which of the splits a problem belongs to: a hash of its canonical form, so that no seed can
// put the same problem into two of them.

/** Murmur3 of UTF-16 code units, 32 bits. */
export function hash(text: string, seed = 0x2545f491): number {
  let state = seed;
  for (let i = 0; i < text.length; i++) {
    let unit = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    unit = Math.imul((unit << 15) | (unit >>> 17), 0x1b873593);
    state ^= unit;
    state = (Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64) | 0;
  }
  state ^= text.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Of a hundred canonical forms ninety are for training, five for development, five for tests. */
export function splitOf(key: string): "train" | "dev" | "test" {
  const bucket = hash(key) % 100;
  if (bucket < 90) return "train";
  return bucket < 95 ? "dev" : "test";
}
