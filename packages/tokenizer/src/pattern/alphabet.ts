// Which characters a pattern can't tell apart: code points are put into classes, so that
// a transition table needs a column for each class only.

import { ensure } from "../errors.js";
import { type Blocks, buildBlocks, CODE_POINTS } from "../unicode/blocks.js";
import type { Ranges } from "../unicode/ranges.js";

/** Class of the end of the text. */
export const END = 0;

const WORD_BITS = 30;
const MAX_CLASSES = 255;

export interface Alphabet {
  /** Class of each code point, 1 and up. */
  readonly table: Blocks;
  /** Classes, with that of the end. */
  readonly size: number;
  /** Whether the characters of a class are in the set of this index. */
  has(set: number, characterClass: number): boolean;
}

/** Tells the characters of sets apart. */
export function makeAlphabet(sets: readonly Ranges[]): Alphabet {
  const words = Math.ceil(sets.length / WORD_BITS) || 1;
  let boundaries = 1;
  for (const set of sets) boundaries += set.length;
  const events = new Float64Array(boundaries);
  const scale = sets.length + 1;
  let count = 1; // The first event, 0, is no set's: it makes a run begin at U+0000.
  for (const [index, set] of sets.entries()) {
    for (const boundary of set) events[count++] = boundary * scale + index + 1;
  }
  events.sort();

  const membership = new Int32Array(words);
  const known = Array.from({ length: words }, () => new Map<number, number>());
  const members: Int32Array[] = [];
  const starts = new Uint32Array(boundaries + 1);
  const runs = new Uint8Array(boundaries + 1);
  let length = 0;
  for (let e = 0; e < boundaries; ) {
    const start = Math.floor((events[e] as number) / scale);
    if (start >= CODE_POINTS) break;
    const limit = (start + 1) * scale;
    for (; e < boundaries && (events[e] as number) < limit; e++) {
      const set = (events[e] as number) - start * scale - 1;
      if (set >= 0) {
        const word = (set / WORD_BITS) | 0;
        membership[word] = (membership[word] as number) ^ (1 << (set % WORD_BITS));
      }
    }
    let id = 0;
    for (let w = 0; w < words; w++) {
      const map = known[w] as Map<number, number>;
      const key = id * 2 ** WORD_BITS + (membership[w] as number);
      id = map.get(key) ?? map.size;
      if (id === map.size) {
        map.set(key, id);
        if (w === words - 1) members.push(membership.slice());
      }
    }
    ensure(
      id < MAX_CLASSES,
      "ERR_LIMIT",
      () => `expected at most ${MAX_CLASSES} classes of characters in a pattern, found more`,
    );
    if (length > 0 && runs[length - 1] === id + 1) continue;
    starts[length] = start;
    runs[length++] = id + 1;
  }
  starts[length] = CODE_POINTS;
  return {
    table: buildBlocks(starts, runs, length),
    size: members.length + 1,
    has(set, characterClass) {
      const words = members[characterClass - 1] as Int32Array;
      return (((words[(set / WORD_BITS) | 0] as number) >> (set % WORD_BITS)) & 1) === 1;
    },
  };
}
