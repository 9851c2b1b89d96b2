// UTF-8 by hand, for readers that must not make strings.

/** Bytes of the character at `at`, or 0 if there is no whole, valid one before `end`. */
export function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const a = bytes[at] as number;
  if (a < 0x80) return at < end ? 1 : 0;
  const n = a < 0xc2 ? 0 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : a < 0xf5 ? 4 : 0;
  if (n === 0 || at + n > end) return 0;
  const b = bytes[at + 1] as number;
  // The second byte also excludes overlong forms, surrogates and what lies beyond U+10FFFF.
  const low = a === 0xe0 ? 0xa0 : a === 0xf0 ? 0x90 : 0x80;
  const high = a === 0xed ? 0x9f : a === 0xf4 ? 0x8f : 0xbf;
  if (b < low || b > high) return 0;
  for (let i = 2; i < n; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return n;
}

/** Whether all of `bytes` is UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const n = utf8Length(bytes, at, bytes.length);
    if (n === 0) return false;
    at += n;
  }
  return true;
}

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
