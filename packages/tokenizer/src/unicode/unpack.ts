// Reads the strings of data.ts. The small numbers, which are the frequent ones, are written in
// the characters that are frequent in JavaScript, so that files compress well with code beside.

const ALPHABET = "etnr=si(),oa.lhucf;d{}:p0&gm[]1+?yb>2|w#k-!vx<A3$4RTINE6M5_S*8/OzCUjPFL97BDGWJ^V";

/**
 * Numbers one after another: a character below 64 is the last of its number, a higher one is
 * 64 more than the lowest digit of base 16 of what exceeds 64.
 */
export function unpack(text: string): Uint32Array {
  const digits = new Uint8Array(128);
  for (let i = 0; i < ALPHABET.length; i++) digits[ALPHABET.charCodeAt(i)] = i;
  const numbers = new Uint32Array(text.length);
  let count = 0;
  let number = 0;
  let scale = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = digits[text.charCodeAt(i)] as number;
    number += digit * scale;
    scale *= 16;
    if (digit < 64) {
      numbers[count++] = number;
      number = 0;
      scale = 1;
    }
  }
  return numbers.subarray(0, count);
}
