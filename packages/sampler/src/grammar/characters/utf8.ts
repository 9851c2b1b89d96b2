// Sets of characters as sequences of byte ranges in UTF-8
// (https://www.unicode.org/versions/Unicode16.0.0/, table 3-7).

import { ANY_CHARACTER, intersection, type Ranges } from "./ranges.js";
import { SequenceCache } from "./sequence-cache.js";

/** Ranges of the first, second, … byte: [from, to, from, to, …]. */
export type ByteSequence = readonly number[];

const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, 0x10ffff];
const encoder = new TextEncoder();

const known = new SequenceCache(makeSequences);

/** Byte sequences that together write just the characters of `set`; surrogates can't be written. */
export function utf8Sequences(set: Ranges): readonly ByteSequence[] {
  return known.get(set);
}

function makeSequences(set: Ranges): readonly ByteSequence[] {
  const sequences: number[][] = [];
  const characters = intersection(set, ANY_CHARACTER);
  for (let i = 0; i < characters.length; i += 2) {
    let from = characters[i] as number;
    const end = characters[i + 1] as number;
    for (const last of LENGTH_ENDS) {
      if (from > last) continue;
      const to = Math.min(end, last);
      addSameLength(encode(from), encode(to), 0, [], sequences);
      from = to + 1;
      if (from > end) break;
    }
  }
  return sequences;
}

/** Splits what lies between two encodings of the same length where bytes after the first that differ aren't whole. */
function addSameLength(
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  prefix: readonly number[],
  out: number[][],
): void {
  const length = from.length;
  const a = from[at] as number;
  const b = to[at] as number;
  if (at === length - 1) {
    out.push([...prefix, a, b]);
    return;
  }
  if (a === b) {
    addSameLength(from, to, at + 1, [...prefix, a, a], out);
    return;
  }
  const startsWhole = from.subarray(at + 1).every((byte, i) => byte === lowest(a, at, i));
  const endsWhole = to.subarray(at + 1).every((byte, i) => byte === highest(b, at, i));
  const first = startsWhole ? a : a + 1;
  const last = endsWhole ? b : b - 1;
  if (!startsWhole) {
    const top = from.map((byte, i) => (i > at ? highest(a, at, i - at - 1) : byte));
    addSameLength(from, top, at + 1, [...prefix, a, a], out);
  }
  if (first <= last) addWhole(first, last, at, length, prefix, out);
  if (!endsWhole) {
    const bottom = to.map((byte, i) => (i > at ? lowest(b, at, i - at - 1) : byte));
    addSameLength(bottom, to, at + 1, [...prefix, b, b], out);
  }
}

/** Leading bytes `first` to `last` with every continuation that is allowed after each. */
function addWhole(
  first: number,
  last: number,
  at: number,
  length: number,
  prefix: readonly number[],
  out: number[][],
): void {
  for (let byte = first; byte <= last; ) {
    const low = lowest(byte, at, 0);
    const high = highest(byte, at, 0);
    let end = byte;
    while (end < last && lowest(end + 1, at, 0) === low && highest(end + 1, at, 0) === high) end++;
    const sequence = [...prefix, byte, end, low, high];
    for (let i = at + 2; i < length; i++) sequence.push(0x80, 0xbf);
    out.push(sequence);
    byte = end + 1;
  }
}

/** The lowest byte `offset + 1` places after the byte `lead` at `at`. */
function lowest(lead: number, at: number, offset: number): number {
  if (at > 0 || offset > 0) return 0x80;
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

function highest(lead: number, at: number, offset: number): number {
  if (at > 0 || offset > 0) return 0xbf;
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}

function encode(codePoint: number): Uint8Array {
  return encoder.encode(String.fromCodePoint(codePoint));
}
