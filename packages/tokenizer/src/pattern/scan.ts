// Runs an automaton over bytes and over strings.

import type { Dfa } from "./automaton.js";

/**
 * Where the match that starts at `start` ends, or -1. The bytes are UTF-8, and `end` is the
 * end of the text.
 */
export function matchBytes(dfa: Dfa, bytes: Uint8Array, start: number, end: number): number {
  const { asciiClasses, blocks, classes, transitions } = dfa;
  let last = -1;
  let state = dfa.start;
  let p = start;
  for (;;) {
    let characterClass = 0;
    let length = 1;
    if (p < end) {
      const b = bytes[p] as number;
      if (b < 128) {
        characterClass = asciiClasses[b] as number;
      } else {
        let codePoint: number;
        const second = (bytes[p + 1] as number) & 63;
        if (b < 0xe0) {
          length = 2;
          codePoint = ((b & 31) << 6) | second;
        } else if (b < 0xf0) {
          length = 3;
          codePoint = ((b & 15) << 12) | (second << 6) | ((bytes[p + 2] as number) & 63);
        } else {
          length = 4;
          codePoint =
            ((b & 7) << 18) |
            (second << 12) |
            (((bytes[p + 2] as number) & 63) << 6) |
            ((bytes[p + 3] as number) & 63);
        }
        characterClass = classes[
          ((blocks[codePoint >> 7] as number) << 7) | (codePoint & 127)
        ] as number;
      }
    }
    const t = transitions[state + characterClass] as number;
    if ((t & 1) === 1) last = p;
    state = t >> 1;
    if (state === 0) return last;
    p += length;
  }
}

const REPLACEMENT = 0xfffd;
/** Distance of the places where hopeless states are remembered. */
const CHECKPOINT = 16;
/** Characters read in vain from which on that is done. */
const LONG = 64;

/**
 * Searches a string for matches. States from which no match can be completed are remembered
 * here and there once that has taken long, so that the time stays linear on all texts.
 */
export class TextScanner {
  /** Characters read, for tests. */
  steps = 0;
  readonly #hopeless = new Set<number>();
  readonly #states: number;

  readonly #dfa: Dfa;
  readonly #text: string;

  constructor(dfa: Dfa, text: string) {
    this.#dfa = dfa;
    this.#text = text;
    this.#states = dfa.transitions.length;
  }

  /** Where the match that starts at `start` ends, in UTF-16 units, or -1. */
  match(start: number): number {
    const dfa = this.#dfa;
    const text = this.#text;
    const hopeless = this.#hopeless;
    const { asciiClasses, blocks, classes, transitions } = dfa;
    const checking = hopeless.size > 0;
    let last = -1;
    let state = dfa.start;
    let p = start;
    for (;;) {
      if (checking && p % CHECKPOINT === 0 && hopeless.has(p * this.#states + state)) break;
      let characterClass = 0;
      let length = 1;
      if (p < text.length) {
        let c = text.charCodeAt(p);
        if (c < 128) {
          characterClass = asciiClasses[c] as number;
        } else {
          if (c >= 0xd800 && c < 0xe000) {
            c = text.codePointAt(p) as number;
            if (c > 0xffff) length = 2;
            else c = REPLACEMENT;
          }
          characterClass = classes[((blocks[c >> 7] as number) << 7) | (c & 127)] as number;
        }
      }
      const t = transitions[state + characterClass] as number;
      if ((t & 1) === 1) last = p;
      state = t >> 1;
      if (state === 0) break;
      p += length;
    }
    this.steps += p - start + 1;
    if (p - Math.max(last, start) > LONG) this.#remember(start, last, p);
    return last;
  }

  /** Goes the same way again and notes states beyond the last match. */
  #remember(start: number, last: number, stop: number): void {
    const dfa = this.#dfa;
    const text = this.#text;
    let state = dfa.start;
    for (let p = start; p <= stop && state !== 0; ) {
      if (p > last && p % CHECKPOINT === 0) this.#hopeless.add(p * this.#states + state);
      const c = text.codePointAt(p);
      const well = c === undefined || c < 0xd800 || c > 0xdfff ? c : REPLACEMENT;
      const characterClass =
        well === undefined
          ? 0
          : (dfa.classes[((dfa.blocks[well >> 7] as number) << 7) | (well & 127)] as number);
      state = (dfa.transitions[state + characterClass] as number) >> 1;
      this.steps++;
      p += c !== undefined && c > 0xffff ? 2 : 1;
    }
  }

  /** Start and end of all successive matches, as Rust's `find_iter` gives them. */
  findAll(): Int32Array {
    const text = this.#text;
    const found: number[] = [];
    let lastEnd = -1;
    for (let p = 0; p <= text.length; ) {
      const end = this.match(p);
      if (end > p) {
        found.push(p, end);
        p = lastEnd = end;
        continue;
      }
      // An empty match right after a match doesn't count.
      if (end === p && end !== lastEnd) {
        found.push(p, end);
        lastEnd = end;
      }
      p += (text.codePointAt(p) ?? 0) > 0xffff ? 2 : 1;
    }
    return Int32Array.from(found);
  }
}
