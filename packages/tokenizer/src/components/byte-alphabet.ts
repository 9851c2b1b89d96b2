// Text in GPT-2's alphabet of bytes.

import { BYTE_CHARACTERS } from "../unicode/byte-alphabet.js";

/** The UTF-8 bytes of a code point in the alphabet. */
export function byteLevel(codePoint: number): string {
  if (codePoint < 0x80) return BYTE_CHARACTERS[codePoint] as string;
  let out = "";
  let shift = codePoint < 0x800 ? 6 : codePoint < 0x10000 ? 12 : 18;
  let byte = (codePoint >> shift) | (shift === 6 ? 0xc0 : shift === 12 ? 0xe0 : 0xf0);
  for (;;) {
    out += BYTE_CHARACTERS[byte] as string;
    if (shift === 0) return out;
    shift -= 6;
    byte = ((codePoint >> shift) & 0x3f) | 0x80;
  }
}

/** For `mapCharacters`: {@link byteLevel}, where it differs from the character itself. */
export function toByteLevel(codePoint: number): string | undefined {
  return codePoint > 0x20 && codePoint < 0x7f ? undefined : byteLevel(codePoint);
}
