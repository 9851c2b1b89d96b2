// The probabilities of a whole vocabulary without a power for each token, nor any sorting: one
// pass sums weights by narrow ranges of logits, and only tokens in the range that decides are
// looked at one by one. Within a range the exponential is a parabola about its middle: the weights
// that all decisions are made with have a relative error below 1.1e-8, less than what rounding
// to float32 makes of the exponential of a logit above 0.2.

import type { Prefix } from "./prefix.js";
import type { TokenList } from "./token-list.js";

/** Ranges for each factor of e, and factors of e below the largest logit. */
const RANGES = 128;
const SPAN = 40;
const COUNT = SPAN * RANGES + 1;
/** exp((e - 1/2) / RANGES) for e in [0, 1), to the second order. */
const C0 = 1 - 1 / (2 * RANGES) + 1 / (8 * RANGES ** 2);
const C1 = 1 / RANGES - 1 / (2 * RANGES ** 2);
const C2 = 1 / (2 * RANGES ** 2);

/** exp of the middle of each range; the last one begins at the largest logit. */
const middles = Float64Array.from({ length: COUNT }, (_, i) => Math.exp((i + 0.5) / RANGES - SPAN));

/** Logits that are gone through in a call. */
const PART = 2048;

// All objects share these: a compiler knows where a constant is, which makes the pass over a
// vocabulary twice as fast. The sums belong to the one that made them last.
const sums = new Float64Array(COUNT);
/** What numbers a part is gone through with: calls would put them into objects. */
const parameters = new Float64Array(3);
let owner: Ranges | undefined;

export class Ranges {
  /** The sum of all weights; a weight is exp((logit - reference) / temperature). 0 if none is possible. */
  total = 0;
  /** The largest logit. */
  reference = 0;
  /** For the tokens of one range. */
  readonly #list: TokenList;
  #logits: Float32Array;
  #floor = 0;
  #start = 0;
  #scale = 0;

  /** @param list  what is in it may be lost whenever tokens are looked for. */
  constructor(list: TokenList) {
    this.#list = list;
    this.#logits = new Float32Array(0);
  }

  /** Whether the sums are still there: only those that were made last are. */
  get isCurrent(): boolean {
    return owner === this;
  }

  /**
   * Sums the weights of all logits that are `floor` or more.
   *
   * @param logits  none of them NaN.
   * @param most  the largest of them.
   */
  build(logits: Float32Array, temperature: number, floor: number, most: number): void {
    owner = this;
    sums.fill(0);
    this.total = 0;
    this.reference = most;
    this.#logits = logits;
    this.#scale = RANGES / temperature;
    this.#start = most - (SPAN * RANGES) / this.#scale;
    this.#floor = Math.max(floor, this.#start);
    if (most === -Infinity) return;
    parameters[0] = this.#start;
    parameters[1] = this.#scale;
    parameters[2] = this.#floor;
    for (let begin = 0; begin < logits.length; begin += PART) {
      sumPart(logits, begin, Math.min(begin + PART, logits.length));
    }
    for (let i = 0; i < COUNT; i++) {
      const sum = sums[i] as number;
      if (sum !== 0) this.total += sum * (middles[i] as number);
    }
  }

  /** The weight of all logits above `least`, and of the first `ties` that equal it. */
  sumFrom(least: number, ties: number): number {
    const at = (least - this.#start) * this.#scale;
    if (!(at >= 0)) return this.total;
    if (at >= COUNT) return 0;
    const range = at | 0;
    const above = this.#sumAbove(range);
    this.#gather(range);
    const { values, weights, count } = this.#list;
    let some = 0;
    let left = ties;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (value > least || (value === least && left-- > 0)) some += weights[i] as number;
    }
    return above + some * (middles[range] as number);
  }

  /** As {@link TokenList.find} of all logits. */
  find(enough: number, strict: boolean): Prefix {
    let before = 0;
    let range = COUNT - 1;
    let last = -1;
    for (; range >= 0; range--) {
      const sum = sums[range] as number;
      if (sum === 0) continue;
      last = range;
      const reached = before + sum * (middles[range] as number);
      if (strict ? reached > enough : reached >= enough) break;
      before = reached;
    }
    if (range < 0) {
      // Rounding: all of them together should have been enough.
      range = last;
      before = this.#sumAbove(range);
    }
    this.#gather(range);
    const unit = middles[range] as number;
    const prefix = this.#list.find((enough - before) / unit, strict);
    prefix.above = before + prefix.above * unit;
    prefix.weight *= unit;
    return prefix;
  }

  /** As {@link TokenList.found}. */
  found(index: number): number {
    return this.#list.found(index);
  }

  #sumAbove(range: number): number {
    let above = 0;
    for (let i = COUNT - 1; i > range; i--) {
      const sum = sums[i] as number;
      if (sum !== 0) above += sum * (middles[i] as number);
    }
    return above;
  }

  /** Finds the tokens of a range. */
  #gather(range: number): void {
    const logits = this.#logits;
    const list = this.#list;
    const { ids, values, weights } = list;
    // A bit more on both sides: which range a logit is in is decided as it was when sums were made.
    const middle = this.#start + (range + 0.5) / this.#scale;
    parameters[0] = middle;
    parameters[1] = 0.501 / this.#scale + Math.abs(middle) * 2 ** -50;
    list.count = 0;
    for (let begin = 0; begin < logits.length; begin += PART) {
      gatherPart(list, logits, begin, Math.min(begin + PART, logits.length));
    }
    let count = 0;
    for (let i = 0; i < list.count; i++) {
      const id = ids[i] as number;
      const logit = logits[id] as number;
      const place = (logit - this.#start) * this.#scale;
      if (!(logit >= this.#floor) || (place | 0) !== range) continue;
      const e = place - range;
      ids[count] = id;
      values[count] = logit;
      weights[count++] = C0 + e * (C1 + e * C2);
    }
    list.count = count;
  }
}

/** Adds the ids of logits about the middle that `parameters` tell. In parts as {@link sumPart}. */
function gatherPart(list: TokenList, logits: Float32Array, begin: number, stop: number): void {
  const middle = parameters[0] as number;
  const reach = parameters[1] as number;
  const { ids } = list;
  const end = stop - ((stop - begin) & 3);
  let { count } = list;
  // One comparison that rarely holds can be foreseen, two that often differ can't.
  for (let i = begin; i < end; i += 4) {
    const a = logits[i] as number;
    const b = logits[i + 1] as number;
    const c = logits[i + 2] as number;
    const d = logits[i + 3] as number;
    if (Math.abs(a - middle) <= reach) ids[count++] = i;
    if (Math.abs(b - middle) <= reach) ids[count++] = i + 1;
    if (Math.abs(c - middle) <= reach) ids[count++] = i + 2;
    if (Math.abs(d - middle) <= reach) ids[count++] = i + 3;
  }
  for (let i = end; i < stop; i++) {
    if (Math.abs((logits[i] as number) - middle) <= reach) ids[count++] = i;
  }
  list.count = count;
}

/**
 * Sums weights by ranges. Called often for short loops, so that it is soon compiled as a whole; a loop that is compiled while it
 * runs is about half as fast in V8.
 */
function sumPart(logits: Float32Array, begin: number, stop: number): void {
  const start = parameters[0] as number;
  const scale = parameters[1] as number;
  const floor = parameters[2] as number;
  const end = stop - ((stop - begin) & 3);
  for (let i = begin; i < end; i += 4) {
    const a = logits[i] as number;
    const b = logits[i + 1] as number;
    const c = logits[i + 2] as number;
    const d = logits[i + 3] as number;
    if (a >= floor) {
      const place = (a - start) * scale;
      const range = place | 0;
      const e = place - range;
      sums[range] = (sums[range] as number) + (C0 + e * (C1 + e * C2));
    }
    if (b >= floor) {
      const place = (b - start) * scale;
      const range = place | 0;
      const e = place - range;
      sums[range] = (sums[range] as number) + (C0 + e * (C1 + e * C2));
    }
    if (c >= floor) {
      const place = (c - start) * scale;
      const range = place | 0;
      const e = place - range;
      sums[range] = (sums[range] as number) + (C0 + e * (C1 + e * C2));
    }
    if (d >= floor) {
      const place = (d - start) * scale;
      const range = place | 0;
      const e = place - range;
      sums[range] = (sums[range] as number) + (C0 + e * (C1 + e * C2));
    }
  }
  for (let i = end; i < stop; i++) {
    const a = logits[i] as number;
    if (a >= floor) {
      const place = (a - start) * scale;
      const range = place | 0;
      const e = place - range;
      sums[range] = (sums[range] as number) + (C0 + e * (C1 + e * C2));
    }
  }
}
