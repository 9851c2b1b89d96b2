// Lists of some tokens of a row of logits. Indices rather than iterators: these run for each token
// over a whole vocabulary.

import type { TokenList } from "./token-list.js";

/** How many more than needed are gathered before the smallest of them are dropped. */
const SPARE = 256;
/** Logits that are gone through in a call. */
const PART = 2048;
/** The floor: a call would put it into an object. */
const bound = new Float64Array(1);

/** Those that are larger than `floor`, and the first `ties` that equal it. @returns false if that is more than `limit`. */
export function listFrom(
  list: TokenList,
  logits: Float32Array,
  floor: number,
  ties: number,
  limit: number,
): boolean {
  const { length } = logits;
  let left = ties;
  list.count = 0;
  for (let id = 0; id < length; id++) {
    const value = logits[id] as number;
    if (value < floor || (value === floor && left-- <= 0)) continue;
    if (list.count === limit) return false;
    list.push(id, value);
  }
  return true;
}

/** The largest that are at least `floor`, of equals the lowest ids, in one pass. */
export function listLargest(
  list: TokenList,
  logits: Float32Array,
  floor: number,
  count: number,
): void {
  bound[0] = floor;
  list.bar = -Infinity;
  list.count = 0;
  for (let begin = 0; begin < logits.length; begin += PART) {
    listPart(list, logits, begin, Math.min(begin + PART, logits.length), count);
  }
  if (list.count > count) list.keepLargest(count);
}

/**
 * Called often for short loops, so that it is soon compiled as a whole; a loop that is compiled while it runs is about half as
 * fast in V8.
 */
function listPart(
  list: TokenList,
  logits: Float32Array,
  begin: number,
  stop: number,
  count: number,
): void {
  const floor = bound[0] as number;
  const end = stop - ((stop - begin) & 3);
  let { bar } = list;
  for (let i = begin; i < end; i += 4) {
    const a = logits[i] as number;
    const b = logits[i + 1] as number;
    const c = logits[i + 2] as number;
    const d = logits[i + 3] as number;
    // NaN is not "no more than" the bar.
    if (!(a <= bar) && !(a < floor)) bar = offer(list, logits, i, count);
    if (!(b <= bar) && !(b < floor)) bar = offer(list, logits, i + 1, count);
    if (!(c <= bar) && !(c < floor)) bar = offer(list, logits, i + 2, count);
    if (!(d <= bar) && !(d < floor)) bar = offer(list, logits, i + 3, count);
  }
  for (let i = end; i < stop; i++) {
    const a = logits[i] as number;
    if (!(a <= bar) && !(a < floor)) bar = offer(list, logits, i, count);
  }
}

/** Adds a logit, given by its id: calls put a number that isn't an integer into an object. @returns what later ones have to exceed. */
function offer(list: TokenList, logits: Float32Array, id: number, count: number): number {
  list.push(id, logits[id] as number);
  if (list.count === count + SPARE) list.bar = list.keepLargest(count);
  return list.bar;
}

/** Those whose bit is set: 32 tokens a word, the lowest bit first. */
export function listMasked(list: TokenList, logits: Float32Array, mask: Uint32Array): void {
  const { length } = logits;
  const words = Math.min(mask.length, (length + 31) >> 5);
  list.count = 0;
  for (let i = 0; i < words; i++) {
    for (let word = mask[i] as number; word !== 0; word &= word - 1) {
      const id = 32 * i + 31 - Math.clz32(word & -word);
      if (id < length) list.push(id, logits[id] as number);
    }
  }
}
