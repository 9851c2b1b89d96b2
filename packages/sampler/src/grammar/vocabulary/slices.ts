// Languages so common that the tokens in them are known beforehand: a state that
// allows all of one needs no walk over its tokens
// (https://github.com/guidance-ai/llguidance/blob/main/docs/optimizations.md). Each is
// characters of a set in any number; how many a token has is known too, for states
// that count them.

import type { Ranges } from "../characters/ranges.js";
import { complement, difference, union } from "../characters/ranges.js";
import { utf8Sequences } from "../characters/utf8.js";

/** Any number of characters of a set, as an automaton over bytes. State 0 is between two characters. */
export interface Slice {
  /** Of each state: the state after each byte, or -1. */
  readonly next: readonly Int16Array[];
}

const WORDS: Ranges = [0x20, 0x20, 0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a];
const UNICODE_WORDS = union(WORDS, complement([0, 0x7f]));
const JSON_TEXT = difference(complement([0, 0x1f]), [0x22, 0x22, 0x5c, 0x5c]);
const PROSE = difference(JSON_TEXT, [0x3c, 0x3c, 0x3e, 0x3e, 0x7b, 0x7b, 0x7d, 0x7d]);

/** Characters of all but the longest tokens. */
export const SHORT = 24;

/** Each within the next. */
export const SLICES: readonly Slice[] = [
  WORDS,
  UNICODE_WORDS,
  PROSE,
  JSON_TEXT,
  complement([]),
].map(repeated);

function repeated(set: Ranges): Slice {
  const next = [new Int16Array(256).fill(-1)];
  const shared = new Map<string, number>();
  const after = (tail: readonly number[]): number => {
    if (tail.length === 0) return 0;
    const key = tail.join();
    let state = shared.get(key);
    if (state === undefined) {
      state = next.push(new Int16Array(256).fill(-1)) - 1;
      shared.set(key, state);
      next[state]?.fill(after(tail.slice(2)), tail[0], (tail[1] as number) + 1);
    }
    return state;
  };
  for (const sequence of utf8Sequences(set)) {
    next[0]?.fill(after(sequence.slice(2)), sequence[0], (sequence[1] as number) + 1);
  }
  return { next };
}

/** How many characters of the slice `text`, a byte a character, has, a begun one included; -1 if it isn't in it. */
export function countCharacters(slice: Slice, text: string): number {
  let state = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (state === 0) count++;
    state = slice.next[state]?.[text.charCodeAt(i)] as number;
    if (state < 0) return -1;
  }
  return count;
}
