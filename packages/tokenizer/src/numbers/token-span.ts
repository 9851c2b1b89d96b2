// Which tokens a stretch of text lies in.

/** Start (inclusive) and end (exclusive) in the text, in the units of the token offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The smallest range `[first, last)` of tokens that covers the span, where token `i` covers
 * `[starts[i], ends[i])` and neither falls. Empty if no token lies in the span.
 */
export function tokenSpan(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  { start, end }: Span,
): [first: number, last: number] {
  const first = lowerBound(ends, start + 1);
  return [first, Math.max(first, lowerBound(starts, end))];
}

/** The first index whose value is `value` or more. */
function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
