// The weights and tokens of decoder.py, made again from the same counter-based
// hash: equal to the bit, so that no file has to carry them. Tests and benchmarks
// that face PyTorch start from these.

/** Uniform in [-scale, scale): murmur3's finaliser over (FNV-1a of the name) + index. */
export function hashed(name: string, count: number, scale: number): Float32Array<ArrayBuffer> {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619);
  return Float32Array.from({ length: count }, (_, index) => {
    let h = (index + seed) | 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return (((h >>> 0) / 2 ** 32) * 2 - 1) * scale;
  });
}

/** The first content of a decoder's parameter: near 1 for norms, near 0 for matrices. */
export function weight(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  const columns = shape[1];
  if (columns === undefined) return hashed(name, count, 0.1).map((x) => 1 + x);
  return hashed(name, count, Math.sqrt(3 / columns));
}

export interface Batch {
  readonly tokens: Int32Array<ArrayBuffer>; // [batch, time]
  readonly targets: Int32Array<ArrayBuffer>; // [batch, time]: the tokens that follow
}

/** The batch of the training benchmark: `time` tokens of each row, and the tokens after them. */
export function batchOf(batch: number, time: number, vocab: number): Batch {
  const all = hashed("tokens", batch * (time + 1), 0.5);
  const token = (row: number, t: number) =>
    Math.trunc(Math.fround(Math.fround((all[row * (time + 1) + t] as number) + 0.5) * vocab));
  const rows = (shift: number) =>
    Int32Array.from({ length: batch * time }, (_, i) =>
      token(Math.floor(i / time), (i % time) + shift),
    );
  return { tokens: rows(0), targets: rows(1) };
}
