// The hot loop: where the next piece ends, what its tokens are, on to the next. It is
// one function, since a call for each piece would cost as much as the piece.

import { categoryMask, inCategory } from "../unicode/categories.js";
import type { BpeEncoder } from "./encoder.js";
import { IdSink } from "./id-sink.js";
import { hashMedium, hashShort, LONGEST_KEY, MASK_HIGH, MASK_LOW } from "./piece-table.js";
import { codePointAt, sequenceLength } from "./utf8.js";

/** A pre-tokenizer's pattern as tables; see `src/pattern`. */
export interface PieceAutomaton {
  readonly asciiClasses: Uint8Array;
  readonly blocks: Uint16Array;
  readonly classes: Uint8Array;
  readonly transitions: Int32Array;
  readonly start: number;
}

/**
 * How a text is cut into pieces: by a pattern; before each run of spaces, or before each
 * space, which then begin the next piece; or not at all.
 */
export type Splitting = PieceAutomaton | "words" | "each-space" | "whole";

const NO_AUTOMATON: PieceAutomaton = {
  asciiClasses: new Uint8Array(0),
  blocks: new Uint16Array(0),
  classes: new Uint8Array(0),
  transitions: new Int32Array(0),
  start: 0,
};

/** Bytes that one call of the loop covers, about. */
const PART = 1 << 14;

const NUMBER = categoryMask("N");

function isNumber(buffer: Uint8Array, p: number): boolean {
  const a = buffer[p] as number;
  return a < 0x80 ? a >= 0x30 && a <= 0x39 : inCategory(codePointAt(buffer, p), NUMBER);
}

/** How many characters `buffer[p..end)` has. */
function characters(buffer: Uint8Array, p: number, end: number): number {
  let count = 0;
  for (let q = p; q < end; q++) if (((buffer[q] as number) & 0xc0) !== 0x80) count++;
  return count;
}

/** The place `count` characters after `p`. */
function after(buffer: Uint8Array, p: number, count: number): number {
  let q = p;
  for (let i = 0; i < count; i++) q += sequenceLength(buffer[q] as number);
  return q;
}

/** Bytes that must be readable after the end of a text. */
export const PADDING = 32;

export class PieceLoop extends IdSink {
  readonly #encoder: BpeEncoder;
  readonly #automaton: PieceAutomaton;
  readonly #splitting: 0 | 1 | 2 | 3;
  /** What no piece of the pattern covers is a piece of its own rather than dropped. */
  readonly #keepGaps: boolean;
  /** Pieces of numeric characters are cut from the right into so many at a time; 0 leaves them whole. */
  readonly #regroup: number;

  constructor(encoder: BpeEncoder, splitting: Splitting, keepGaps = true, regroup = 0) {
    super();
    this.#regroup = regroup;
    this.#encoder = encoder;
    this.#automaton = typeof splitting === "string" ? NO_AUTOMATON : splitting;
    this.#splitting =
      splitting === "whole" ? 3 : splitting === "each-space" ? 2 : splitting === "words" ? 1 : 0;
    this.#keepGaps = keepGaps;
  }

  /**
   * Encodes `buffer[start..end)`, and adds its ids. {@link PADDING} bytes after `end`
   * must be readable.
   *
   * @param view   of the same bytes as `buffer`.
   * @param final  whether the text ends at `end`. If not, the last piece that more text could change is left.
   * @param limit  stops after the piece that brings {@link count} to this or above it.
   * @returns where it stopped.
   */
  run(
    buffer: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    final: boolean,
    limit: number,
  ): number {
    // In parts, because code that is called often is compiled sooner and better than a loop
    // that is still running.
    let p = start;
    while (p < end && this.count < limit) {
      const stop = this.#part(buffer, view, p, end, final, limit);
      if (stop === p) break;
      p = stop;
    }
    return p;
  }

  #part(
    buffer: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    final: boolean,
    limit: number,
  ): number {
    const { asciiClasses, blocks, classes, transitions, start: begin } = this.#automaton;
    const splitting = this.#splitting;
    const encoder = this.#encoder;
    const { pieces } = encoder;
    let short = pieces.short;
    let medium = pieces.medium;
    let sequences = pieces.sequences;
    let shortMask = short.length - 1;
    let mediumMask = medium.length - 1;
    let out: Int32Array = this.out;
    let on = this.count;
    const regroup = this.#regroup;
    const partEnd = Math.min(end, start + PART);
    let digitsEnd = start;
    let p = start;
    while (p < partEnd || p < digitsEnd) {
      // Where the piece that begins at p ends.
      let e = -1;
      if (p < digitsEnd) e = after(buffer, p, regroup);
      else if (splitting === 0) {
        let q = p;
        let state = begin;
        for (;;) {
          let size = 1;
          let kind = 0;
          if (q < end) {
            const a = buffer[q] as number;
            if (a < 0x80) kind = asciiClasses[a] as number;
            else {
              let point = 0;
              if (a < 0xe0) {
                point = ((a & 31) << 6) | ((buffer[q + 1] as number) & 63);
                size = 2;
              } else if (a < 0xf0) {
                point =
                  ((a & 15) << 12) |
                  (((buffer[q + 1] as number) & 63) << 6) |
                  ((buffer[q + 2] as number) & 63);
                size = 3;
              } else {
                point =
                  ((a & 7) << 18) |
                  (((buffer[q + 1] as number) & 63) << 12) |
                  (((buffer[q + 2] as number) & 63) << 6) |
                  ((buffer[q + 3] as number) & 63);
                size = 4;
              }
              kind = classes[((blocks[point >> 7] as number) << 7) | (point & 127)] as number;
            }
          }
          const t = transitions[state + kind] as number;
          if ((t & 1) !== 0) e = q;
          state = t >> 1;
          if (state === 0) break;
          q += size;
        }
        if (q >= end && !final) break;
        if (e <= p) {
          e = this.#gapEnd(buffer, p, end, final);
          if (e < 0) break;
          if (!this.#keepGaps) {
            p = e;
            continue;
          }
        }
        if (regroup !== 0 && isNumber(buffer, p)) {
          digitsEnd = e;
          e = after(buffer, p, characters(buffer, p, e) % regroup || regroup);
        }
      } else if (splitting < 3) {
        e = p;
        if (splitting === 2) e++;
        else while (e < end && buffer[e] === 0x20) e++;
        while (e < end && buffer[e] !== 0x20) e++;
        if (e >= end && !final) break;
      } else {
        if (!final) break;
        e = end;
      }

      const length = e - p;
      if (on + length > out.length) {
        this.count = on;
        out = this.grow(length);
      }
      // Its tokens: in the table, or to be found.
      let found = -1; // length | count << 8
      let value = 0;
      if (length <= 8) {
        const k0 = view.getInt32(p, true) & (MASK_LOW[length] as number);
        const k1 = view.getInt32(p + 4, true) & (MASK_HIGH[length] as number);
        for (let s = (hashShort(k0, k1, length) << 2) & shortMask; ; s = (s + 4) & shortMask) {
          const meta = short[s + 2] as number;
          if (meta === 0) break;
          if (short[s] === k0 && short[s + 1] === k1 && (meta & 255) === length) {
            found = meta;
            value = short[s + 3] as number;
            break;
          }
        }
      } else if (length <= LONGEST_KEY) {
        const k0 = view.getInt32(p, true);
        const k1 = view.getInt32(p + 4, true);
        const k2 = view.getInt32(p + 8, true) & (MASK_LOW[length - 8] as number);
        const k3 = view.getInt32(p + 12, true) & (MASK_HIGH[length - 8] as number);
        for (let s = (hashMedium(k0, k1, k2, k3) << 3) & mediumMask; ; s = (s + 8) & mediumMask) {
          const meta = medium[s + 4] as number;
          if (meta === 0) break;
          if (
            medium[s] === k0 &&
            medium[s + 1] === k1 &&
            medium[s + 2] === k2 &&
            medium[s + 3] === k3 &&
            (meta & 255) === length
          ) {
            found = meta;
            value = medium[s + 5] as number;
            break;
          }
        }
      }
      if (found < 0) {
        on = encoder.encodePiece(buffer, p, e, out, on);
        short = pieces.short;
        medium = pieces.medium;
        sequences = pieces.sequences;
        shortMask = short.length - 1;
        mediumMask = medium.length - 1;
      } else {
        const tokens = found >> 8;
        if (tokens === 1) out[on++] = value;
        else for (let i = 0; i < tokens; i++) out[on++] = sequences[value + i] as number;
      }
      p = e;
      if (on >= limit) break;
    }
    this.count = on;
    return p;
  }

  /** Where the pattern next matches after `start`, or `end`; -1 when more text could decide otherwise. */
  #gapEnd(buffer: Uint8Array, start: number, end: number, final: boolean): number {
    for (let p = start; ; ) {
      p++;
      while (p < end && ((buffer[p] as number) & 0xc0) === 0x80) p++;
      if (p >= end) return final ? end : -1;
      const found = matchEnd(this.#automaton, buffer, p, end, final);
      if (found === UNDECIDED) return -1;
      if (found > p) return p;
    }
  }
}

/** What {@link matchEnd} says where more text could decide otherwise. */
export const UNDECIDED = -2;

/** The end of the match that begins at `p`, or -1. The same steps as in the loop above. */
export function matchEnd(
  { asciiClasses, blocks, classes, transitions, start }: PieceAutomaton,
  buffer: Uint8Array,
  p: number,
  end: number,
  final: boolean,
): number {
  let last = -1;
  let state = start;
  for (let q = p; ; ) {
    let size = 1;
    let kind = 0;
    if (q < end) {
      const a = buffer[q] as number;
      if (a < 0x80) kind = asciiClasses[a] as number;
      else {
        size = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
        let point = a & (0x7f >> size);
        for (let i = 1; i < size; i++) point = (point << 6) | ((buffer[q + i] as number) & 63);
        kind = classes[((blocks[point >> 7] as number) << 7) | (point & 127)] as number;
      }
    }
    const t = transitions[state + kind] as number;
    if ((t & 1) !== 0) last = q;
    state = t >> 1;
    if (state === 0) return q >= end && !final ? UNDECIDED : last;
    q += size;
  }
}
