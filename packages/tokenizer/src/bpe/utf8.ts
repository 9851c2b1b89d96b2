// Characters in UTF-8 that is known to be well formed.

/** Bytes of the UTF-8 sequence that begins with `first`. */
export const sequenceLength = (first: number): number =>
  first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

/** The code point of the UTF-8 sequence at `p`. */
export function codePointAt(buffer: Uint8Array, p: number): number {
  const a = buffer[p] as number;
  if (a < 0x80) return a;
  const b = (buffer[p + 1] as number) & 63;
  if (a < 0xe0) return ((a & 31) << 6) | b;
  const c = (buffer[p + 2] as number) & 63;
  if (a < 0xf0) return ((a & 15) << 12) | (b << 6) | c;
  return ((a & 7) << 18) | (b << 12) | (c << 6) | ((buffer[p + 3] as number) & 63);
}
