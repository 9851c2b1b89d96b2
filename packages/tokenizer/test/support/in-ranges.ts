import type { Ranges } from "../../src/unicode/ranges.js";

/** Whether a code point is in the ranges. */
export function inRanges(ranges: Ranges, codePoint: number): boolean {
  return ranges.filter((boundary) => boundary <= codePoint).length % 2 === 1;
}
