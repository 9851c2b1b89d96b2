// GPT-2's printable alphabet: a character for each byte, so that any bytes can be
// written as text. Printable Latin-1 stands for itself, the rest for U+0100 and on.

/** The character for each byte. */
export const BYTE_CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(characterCode(byte)),
);

/** The byte that each character from U+0000 to U+0143 stands for, or -1. */
export const CHARACTER_BYTES: Int16Array = new Int16Array(324).fill(-1);
for (let byte = 0; byte < 256; byte++) CHARACTER_BYTES[characterCode(byte)] = byte;

function characterCode(byte: number): number {
  if (byte <= 0x20) return 0x100 + byte;
  if (byte >= 0x7f && byte <= 0xa0) return 0x121 + byte - 0x7f;
  return byte === 0xad ? 0x143 : byte;
}

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
