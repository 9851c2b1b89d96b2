// The part of reading a vocabulary and its merges that runs for nearly all of their bytes.
// What counts here is how soon it runs as fast code, since loading is over in a tenth of
// a second: few branches, so that the first tokens already go through all of them, small
// functions, and the one for the contents shared by both.

import { HASH_FACTOR, MAX_IDS } from "./vocabulary-builder.js";

export interface PlainStrings {
  /** Where the strings' contents go, and how far it is filled. */
  readonly out: Uint8Array;
  length: number;
  /** Four numbers for each string, and how many numbers there are. */
  readonly records: Int32Array;
  filled: number;
  /** What a hash begins with. */
  readonly basis: number;
}

// UTF-8 as an automaton: NEXT[state | KIND[byte]]. State 0 lies between characters; REFUSED
// is what ends a plain run: quotes, backslashes, control characters, what is not UTF-8.
const REFUSED = 128;
const KIND = new Uint8Array(256);
const NEXT = new Uint8Array(REFUSED).fill(REFUSED);
{
  const kind = (from: number, to: number, value: number) => KIND.fill(value, from, to + 1);
  kind(0x00, 0x1f, 1);
  kind(0x22, 0x22, 1);
  kind(0x5c, 0x5c, 1);
  kind(0x80, 0x8f, 2);
  kind(0x90, 0x9f, 3);
  kind(0xa0, 0xbf, 4);
  kind(0xc0, 0xff, 1);
  kind(0xc2, 0xdf, 5);
  kind(0xe1, 0xef, 6);
  kind(0xe0, 0xe0, 7);
  kind(0xed, 0xed, 8);
  kind(0xf1, 0xf3, 9);
  kind(0xf0, 0xf0, 10);
  kind(0xf4, 0xf4, 11);
  const edge = (state: number, kinds: number[], next: number) => {
    for (const k of kinds) NEXT[state * 16 + k] = next * 16;
  };
  edge(0, [0], 0);
  for (let k = 5; k <= 11; k++) edge(0, [k], k - 4);
  edge(1, [2, 3, 4], 0); // one byte to come
  edge(2, [2, 3, 4], 1); // two
  edge(3, [4], 1); // after E0: no overlong form
  edge(4, [2, 3], 1); // after ED: no surrogate
  edge(5, [2, 3, 4], 2); // three
  edge(6, [3, 4], 2); // after F0
  edge(7, [2], 2); // after F4
}

const QUOTE = 0x22;
/** What ends a merge's first part. */
const SPACE = 0x20;

/** What {@link copyPlain} leaves: how far `out` is filled, the hash, 0 if no character is cut. */
const left = new Int32Array(3);

/**
 * Copies and hashes up to the first byte that is not plain; returns where that is. Escaped quotes
 * and backslashes, the only escapes in most files, are plain too.
 * @param stop A byte that isn't plain either.
 */
function copyPlain(
  bytes: Uint8Array,
  at: number,
  out: Uint8Array,
  to: number,
  hash: number,
  stop = QUOTE,
): number {
  let state = 0;
  while (at < bytes.length) {
    const c = bytes[at] as number;
    const next = NEXT[state | (KIND[c] as number)] as number;
    if (c === stop) break;
    if (next === REFUSED) {
      const d = bytes[at + 1] as number;
      if (c !== 0x5c || (d !== 0x22 && d !== 0x5c) || state !== 0) break;
      out[to++] = d;
      hash = Math.imul(hash ^ d, HASH_FACTOR);
      at += 2;
      continue;
    }
    state = next;
    out[to++] = c;
    hash = Math.imul(hash ^ c, HASH_FACTOR);
    at++;
  }
  left[0] = to;
  left[1] = hash;
  left[2] = state;
  return at;
}

/** The place of the quote after a comma and white space, or -1. */
function nextQuote(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x2c) return -1;
  let c = bytes[++at] as number;
  while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++at] as number;
  return c === 0x22 ? at : -1;
}

/**
 * Reads `, "content": id` as often as it comes without escapes and other surprises; returns where
 * it stopped, after a whole one. A record is hash, id + 1, start, end.
 */
export function readPlainIds(bytes: Uint8Array, from: number, state: PlainStrings): number {
  const { out, records, basis } = state;
  let { filled, length } = state;
  while (filled < records.length) {
    let at = nextQuote(bytes, from);
    if (at < 0) break;
    at = copyPlain(bytes, at + 1, out, length, basis);
    if (bytes[at] !== 0x22 || left[2] !== 0 || bytes[at + 1] !== 0x3a) break;
    at += bytes[at + 2] === 0x20 ? 3 : 2;
    const first = bytes[at] as number;
    let id = 0;
    let digit = first - 0x30;
    const start = at;
    while (digit >= 0 && digit <= 9) {
      id = id * 10 + digit;
      digit = (bytes[++at] as number) - 0x30;
    }
    // No number follows, or one that begins with 0, is too large or goes on with a fraction.
    if (at === start || at > start + 8 || first === 0x30 || id >= MAX_IDS || digit === -2) break;
    if (digit > 0x10 && digit !== 0x4d) break;
    records[filled] = left[1] as number;
    records[filled + 1] = id + 1;
    records[filled + 2] = length;
    length = left[0] as number;
    records[filled + 3] = length;
    filled += 4;
    from = at;
  }
  state.filled = filled;
  state.length = length;
  return from;
}

/**
 * The same for merges, `, "left right"`. The contents go without the space; a record is the hash
 * of the right part, where that starts, start, end.
 */
export function readPlainMerges(bytes: Uint8Array, from: number, state: PlainStrings): number {
  const { out, records, basis } = state;
  let { filled, length } = state;
  while (filled < records.length) {
    let at = nextQuote(bytes, from);
    if (at < 0) break;
    at = copyPlain(bytes, at + 1, out, length, basis, SPACE);
    if (bytes[at] !== 0x20 || left[2] !== 0) break;
    const middle = left[0] as number;
    at = copyPlain(bytes, at + 1, out, middle, basis, SPACE);
    if (bytes[at] !== 0x22 || left[2] !== 0) break;
    records[filled] = left[1] as number;
    records[filled + 1] = middle;
    records[filled + 2] = length;
    length = left[0] as number;
    records[filled + 3] = length;
    filled += 4;
    from = at + 1;
  }
  state.filled = filled;
  state.length = length;
  return from;
}
