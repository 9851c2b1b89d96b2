// How tokens and numbers lie over a text. Tokens may share a character, leave text out or
// stand for none; numbers begin and end within tokens. What comes out can be drawn from left
// to right, and its texts joined are the text.

import type { TokenSpans } from "./messages.js";

/** A stretch of text that is in a number throughout, or in none. */
export interface Segment {
  readonly text: string;
  /** Index of the number, or -1. */
  readonly number: number;
  /** Whether the number begins or ends with this segment. */
  readonly opens: boolean;
  readonly closes: boolean;
}

/** Tokens that can't be told apart in the text, most often one. */
export interface Run {
  /** The first token, and one after the last; the same for text that no token covers. */
  readonly first: number;
  readonly end: number;
  readonly segments: readonly Segment[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Runs in order, to the end of the last token; with `whole`, to the end of the text. */
export function layOut(
  text: string,
  { starts, ends }: Pick<TokenSpans, "starts" | "ends">,
  numbers: readonly Span[],
  whole: boolean,
): Run[] {
  const cutter = new Cutter(text, numbers);
  const runs: Run[] = [];
  let at = 0;
  const add = (first: number, end: number, to: number) => {
    runs.push({ first, end, segments: cutter.cut(at, to) });
    at = Math.max(at, to);
  };
  for (let i = 0; i < starts.length; ) {
    const first = i;
    const start = Math.max(at, starts[i] as number);
    let end = ends[i++] as number;
    const isEmpty = end <= start;
    if (start > at && !isEmpty) add(first, first, start);
    // Those that begin before the end of what came before hold parts of the same character.
    while (!isEmpty && i < starts.length && overlaps(starts, ends, i, end)) {
      end = Math.max(end, ends[i++] as number);
    }
    add(first, i, isEmpty ? at : end);
  }
  if (whole && at < text.length) add(starts.length, starts.length, text.length);
  return runs;
}

function overlaps(starts: Int32Array, ends: Int32Array, i: number, before: number): boolean {
  return (starts[i] as number) < before && (ends[i] as number) > (starts[i] as number);
}

/** Cuts text at the bounds of numbers, from left to right. */
class Cutter {
  #next = 0;

  constructor(
    readonly text: string,
    readonly numbers: readonly Span[],
  ) {}

  cut(from: number, to: number): Segment[] {
    const segments: Segment[] = [];
    for (let at = from; at < to; ) {
      while ((this.numbers[this.#next]?.end ?? Infinity) <= at) this.#next++;
      const next = this.numbers[this.#next];
      const inside = next !== undefined && next.start <= at;
      const end = Math.min(to, (inside ? next.end : next?.start) ?? to);
      segments.push({
        text: this.text.slice(at, end),
        number: inside ? this.#next : -1,
        opens: inside && next.start === at,
        closes: inside && next.end === end,
      });
      at = end;
    }
    return segments;
  }
}
