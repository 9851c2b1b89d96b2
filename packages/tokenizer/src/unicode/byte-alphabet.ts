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
