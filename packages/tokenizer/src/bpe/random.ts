// Numbers that hashes are made with. They differ from process to process, and nothing but
// the time of a look-up depends on them.

/** An odd number of 32 bits with many ones and zeros. */
export function oddRandom(): number {
  for (;;) {
    const n = Math.floor(Math.random() * 2 ** 32) | 1;
    let ones = 0;
    for (let bits = n; bits !== 0; bits &= bits - 1) ones++;
    if (ones >= 12 && ones <= 20) return n;
  }
}
