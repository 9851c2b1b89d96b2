// How a corpus is cut into pieces, as components of tokenizer.json and as a function
// over bytes that cuts in the same places. No token ever crosses a cut.

import type { Component } from "../definition.js";
import { FROM_THE_RIGHT, NUMERIC_RUN, wordPattern } from "../pipeline/shape.js";

/** Where digits are grouped: from the right ("1 234 567"), each alone, from the left ("123 456 7"), or not at all. */
export type DigitGrouping = "right3" | "single" | "left3" | "none";

/** What is needed of a compiled pattern. */
export interface PieceMatcher {
  /** Absent where `matchAt` is slow. */
  readonly dfa?: unknown;
  /** The end of the match at `start`, or -1. */
  matchAt(bytes: Uint8Array, start: number, end: number): number;
  /** Start and end of all matches, by turns, in UTF-16 units. */
  findAll(text: string): Int32Array;
}

const DIGITS: Readonly<Record<DigitGrouping, string>> = {
  right3: NUMERIC_RUN,
  single: "\\p{N}",
  left3: "\\p{N}{1,3}",
  none: NUMERIC_RUN,
};

/** The pattern of cl100k and Llama 3, digits aside. */
export const defaultPattern = (digits: DigitGrouping): string => wordPattern(DIGITS[digits]);

/** The patterns of the splits, applied one after another. */
export function splitPatterns(pattern: string | undefined, digits: DigitGrouping): string[] {
  const patterns = [pattern ?? defaultPattern(digits)];
  if (pattern !== undefined && digits !== "none") patterns.push(DIGITS[digits]);
  if (digits === "right3") patterns.push(FROM_THE_RIGHT);
  return patterns;
}

const byteLevel: Component = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: false,
  use_regex: false,
};

export function preTokenizerOf(pattern: string | undefined, digits: DigitGrouping): Component {
  const splits = splitPatterns(pattern, digits).map((regex) => ({
    type: "Split",
    pattern: { Regex: regex },
    behavior: "Isolated",
    invert: false,
  }));
  return { type: "Sequence", pretokenizers: [...splits, byteLevel] };
}

/** The decoder and the post-processor that belong to a byte-level pre-tokenizer. */
export const byteLevelComponent: Component = byteLevel;

/** Cuts `bytes[start..end)`, the bytes of one text, and gives each piece to `take`. */
export class Splitter {
  readonly #matcher: PieceMatcher;
  readonly #digits: PieceMatcher;
  readonly #mode: DigitGrouping;
  /** The default pattern keeps digits by themselves, and groups them unless that is from the right. */
  readonly #ownPattern: boolean;
  #buffer = new Uint8Array(0);

  constructor(
    readonly compile: (pattern: string) => PieceMatcher,
    pattern: string | undefined,
    digits: DigitGrouping,
    readonly take: (bytes: Uint8Array, start: number, end: number) => void,
  ) {
    this.#matcher = compile(pattern ?? defaultPattern(digits));
    this.#digits = compile(DIGITS.none);
    this.#mode = digits;
    this.#ownPattern = pattern === undefined;
  }

  /** Whether `cut` is to be used, or else `cutText`. */
  get byBytes(): boolean {
    return this.#matcher.dfa !== undefined;
  }

  /** Cuts a whole text. */
  cutText(text: string): void {
    const encoder = new TextEncoder();
    const piece = (start: number, end: number): void => {
      if (start >= end) return;
      if (this.#buffer.length < 3 * (end - start)) this.#buffer = new Uint8Array(4 * (end - start));
      const { written } = encoder.encodeInto(text.slice(start, end), this.#buffer);
      this.#piece(this.#buffer, 0, written);
    };
    let gap = 0;
    const found = this.#matcher.findAll(text);
    for (let i = 0; i < found.length; i += 2) {
      const start = found[i] as number;
      piece(gap, start);
      gap = found[i + 1] as number;
      piece(start, gap);
    }
    piece(gap, text.length);
  }

  /** Cuts about `pieces` pieces from `start` on; where it stopped. What no match covers is a piece too. */
  cut(bytes: Uint8Array, start: number, end: number, pieces: number): number {
    const matcher = this.#matcher;
    let at = start;
    let gap = start;
    for (let left = pieces; at < end && left > 0; ) {
      const stop = matcher.matchAt(bytes, at, end);
      if (stop <= at) {
        if (stop === at && gap < at) {
          this.#piece(bytes, gap, at);
          gap = at;
        }
        do at++;
        while (at < end && ((bytes[at] as number) & 0xc0) === 0x80);
        continue;
      }
      if (gap < at) this.#piece(bytes, gap, at);
      this.#piece(bytes, at, stop);
      at = stop;
      gap = stop;
      left--;
    }
    if (gap < at) this.#piece(bytes, gap, at);
    return at;
  }

  #piece(bytes: Uint8Array, start: number, end: number): void {
    if (this.#ownPattern) {
      if (this.#mode === "right3" && this.#isDigit(bytes, start, end))
        this.#group(bytes, start, end);
      else this.take(bytes, start, end);
      return;
    }
    if (this.#mode === "none") {
      this.take(bytes, start, end);
      return;
    }
    let from = start;
    for (let at = start; at < end; ) {
      if (!this.#isDigit(bytes, at, end)) {
        at = nextCharacter(bytes, at, end);
        continue;
      }
      if (from < at) this.take(bytes, from, at);
      from = at;
      at = this.#digits.matchAt(bytes, at, end);
      this.#group(bytes, from, at);
      from = at;
    }
    if (from < end) this.take(bytes, from, end);
  }

  #isDigit(bytes: Uint8Array, at: number, end: number): boolean {
    const byte = bytes[at] as number;
    if (byte < 0x80) return byte >= 0x30 && byte <= 0x39;
    return this.#digits.matchAt(bytes, at, end) > at;
  }

  /** Cuts a run of digits into groups. */
  #group(bytes: Uint8Array, start: number, end: number): void {
    let digits = 0;
    for (let i = start; i < end; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) digits++;
    const most = this.#mode === "single" ? 1 : 3;
    let left = this.#mode === "right3" ? digits % 3 || 3 : most;
    let from = start;
    for (let at = start; at < end; ) {
      at = nextCharacter(bytes, at, end);
      if (--left > 0 && at < end) continue;
      this.take(bytes, from, at);
      from = at;
      left = most;
    }
  }
}

function nextCharacter(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1;
  while (next < end && ((bytes[next] as number) & 0xc0) === 0x80) next++;
  return next;
}
