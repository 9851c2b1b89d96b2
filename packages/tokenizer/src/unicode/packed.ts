// Reads the strings of data.ts. A number is written in base 26, lowest digit first, in
// the characters "(" to "["; the last digit is in the lower half of them.

/** Sorted code points where a set begins and ends, by turns: [start, end, start, end, …). */
export type Ranges = readonly number[];

/**
 * Numbers one after another. With a group of 2 or more, the first of each group is not
 * a number but one character for 0..51.
 */
export function unpackNumbers(text: string, group = 1): Uint32Array {
  const numbers = new Uint32Array(text.length);
  let count = 0;
  let value = 0;
  let scale = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 40;
    value += digit * scale;
    if (digit < 26 || (group > 1 && count % group === 0)) {
      numbers[count++] = value;
      value = 0;
      scale = 1;
    } else {
      scale *= 26;
    }
  }
  return numbers.subarray(0, count);
}

/** Ranges from gaps and lengths. */
export function unpackRanges(text: string): Ranges {
  let at = 0;
  return Array.from(unpackNumbers(text), (number, i) => {
    at += number + (i & 1);
    return at;
  });
}

/** Whether a code point is in the ranges. */
export function inRanges(ranges: Ranges, codePoint: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as number) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 1;
}
