// The checksum of a compiled file, for files that are changed and made to fit again.

/** As compiled.ts has it. */
export function checksum(body: Uint8Array): number {
  const step = (lane: number, word: number) =>
    Math.imul(((lane << 13) | (lane >>> 19)) ^ word, 0x9e3779b1);
  const words = new Int32Array(Uint8Array.from(body).buffer);
  const lanes = [1, 2, 3, 4 ^ body.length];
  const whole = words.length & ~3;
  for (let i = 0; i < words.length; i++) {
    const lane = i < whole ? i & 3 : 0;
    lanes[lane] = step(lanes[lane] as number, words[i] as number);
  }
  const h = lanes.slice(1).reduce(step, lanes[0] as number);
  return (h ^ (h >>> 15)) >>> 0;
}
