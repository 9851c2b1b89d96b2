// A decoder of `planes` as docs/ryanformat-coding.md describes it, in the plainest way: one symbol
// at a time, intervals found by search, bits as a list.

export function referencePlanes(coded: Uint8Array): Uint8Array {
  let at = 7;
  const u32 = (from: number) => new DataView(coded.buffer, coded.byteOffset).getUint32(from, true);
  const rotated = coded[0] === 0x81;
  const period = (coded[1] as number) + 256 * (coded[2] as number);
  const length = u32(3);
  let freqs: number[] = [];

  function table(): number[] {
    const bits = [...coded.subarray(at)].flatMap((byte) =>
      Array.from({ length: 8 }, (_, i) => (byte >> i) & 1),
    );
    let used = 0;
    const number = (count: number) => {
      let value = 0;
      for (let i = 0; i < count; i++) value += (bits[used++] as number) * 2 ** i;
      return value;
    };
    const first = number(8);
    const last = number(8);
    const found = new Array<number>(256).fill(0);
    let size = 0;
    for (let s = first; s <= last; s++) {
      let zeros = 0;
      while (number(1) === 0) zeros++;
      size += zeros % 2 === 0 ? zeros / 2 : -(zeros + 1) / 2;
      if (size > 0) found[s] = 2 ** (size - 1) + number(size - 1);
    }
    at += Math.ceil(used / 8);
    return found;
  }

  function symbols(count: number, lanes: number, words: number): number[] {
    const states = Array.from({ length: lanes }, (_, lane) => u32(at + 4 * lane));
    let word = at + 4 * lanes;
    at = word + 2 * words;
    return Array.from({ length: count }, (_, i) => {
      const state = states[i % lanes] as number;
      const slot = state % 4096;
      let symbol = 0;
      let begin = 0;
      while (begin + (freqs[symbol] as number) <= slot) begin += freqs[symbol++] as number;
      let next = (freqs[symbol] as number) * Math.floor(state / 4096) + slot - begin;
      if (next < 65536) {
        next = next * 65536 + (coded[word] as number) + 256 * (coded[word + 1] as number);
        word += 2;
      }
      states[i % lanes] = next;
      return symbol;
    });
  }

  const planes = Array.from({ length: period }, (_, p) => {
    const count = Math.max(0, Math.ceil((length - p) / period));
    const kind = coded[at++] as number;
    if (kind === 0) {
      at += count;
      return [...coded.subarray(at - count, at)];
    }
    if (kind === 1) return new Array<number>(count).fill(coded[at++] as number);
    const words = u32(at);
    at += 4;
    if (kind % 16 === 2) freqs = table();
    return symbols(count, [1, 4, 32, 128][kind >> 4] as number, words);
  });
  const out = Uint8Array.from(
    { length },
    (_, i) => planes[i % period]?.[Math.floor(i / period)] ?? 0,
  );
  for (let from = 0; rotated && from + period <= length; from += period) {
    let value = 0n;
    for (let p = period - 1; p >= 0; p--) value = value * 256n + BigInt(out[from + p] as number);
    value = (value >> 1n) | ((value & 1n) << BigInt(8 * period - 1));
    for (let p = 0; p < period; p++) out[from + p] = Number((value >> BigInt(8 * p)) & 255n);
  }
  return out;
}
