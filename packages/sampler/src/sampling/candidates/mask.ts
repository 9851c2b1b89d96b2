// Masks of tokens: 32 tokens a word, the lowest bit first. Words that a mask lacks are 0.

/** Whether a mask leaves less than an eighth of the tokens. */
export function isSparse(mask: Uint32Array, size: number): boolean {
  let count = 0;
  const words = Math.min(mask.length, (size + 31) >> 5);
  for (let i = 0; i < words; i++) count += ones(mask[i] as number);
  return count < size >> 3;
}

/** The number of ones in a word. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Sets the logits whose bit isn't set to -Infinity. */
export function clear(logits: Float32Array, mask: Uint32Array): void {
  const words = (logits.length + 31) >> 5;
  for (let i = 0; i < words; i++) {
    const word = (mask[i] ?? 0) | 0;
    if (word === -1) continue;
    const end = Math.min(32 * i + 32, logits.length);
    for (let id = 32 * i; id < end; id++) {
      if (((word >>> (id & 31)) & 1) === 0) logits[id] = -Infinity;
    }
  }
}
