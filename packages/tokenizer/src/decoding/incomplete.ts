// Where a character is cut off at the end of bytes.

/** How many of the last bytes of `bytes[0..end)` begin a character that more bytes could complete. */
export function incompleteTail(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const b = bytes[end - back] as number;
    if ((b & 0xc0) === 0x80) continue;
    if (b < 0xc2 || b > 0xf4) return 0;
    const size = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    if (back >= size) return 0;
    if (back === 1) return 1;
    // The second byte decides whether this can still become a character.
    const second = bytes[end - back + 1] as number;
    const low = b === 0xe0 ? 0xa0 : b === 0xf0 ? 0x90 : 0x80;
    const high = b === 0xed ? 0x9f : b === 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high ? back : 0;
  }
  return 0;
}
