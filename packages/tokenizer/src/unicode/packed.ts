// Reads the strings of data.ts. A number is written in base 26, lowest digit first, in
// the characters "(" to "["; the last digit is in the lower half of them.

/** Sorted code points where a set begins and ends, by turns: [start, end, start, end, …). */
export type Ranges = readonly number[];

/** Reads numbers one after another. */
export class PackedReader {
  private at = 0;

  constructor(private readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** One character as a number of 0..51. */
  symbol(): number {
    return this.text.charCodeAt(this.at++) - 40;
  }

  number(): number {
    let scale = 1;
    let value = 0;
    for (;;) {
      const digit = this.symbol();
      value += digit * scale;
      if (digit < 26) return value;
      scale *= 26;
    }
  }
}

/** Ranges from gaps and lengths. */
export function unpackRanges(text: string): Ranges {
  const reader = new PackedReader(text);
  const ranges: number[] = [];
  let at = 0;
  while (!reader.done) {
    at += reader.number();
    ranges.push(at);
    at += reader.number() + 1;
    ranges.push(at);
  }
  return ranges;
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
