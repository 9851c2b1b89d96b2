// GPT-2's printable alphabet: one character for every byte. A printable byte of
// Latin-1 is itself; the others get U+0100, U+0101, … in their order.

const bytes = new Map<number, number>();
const letters: string[] = [];
let others = 0;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const unit = printable ? byte : 0x100 + others++;
  letters.push(String.fromCharCode(unit));
  bytes.set(unit, byte);
}

/** The character of each byte, by byte. */
export const byteAlphabet: readonly string[] = letters;

/** The byte that a UTF-16 unit of the alphabet stands for; -1 for any other unit. */
export function byteOfUnit(unit: number): number {
  return bytes.get(unit) ?? -1;
}
