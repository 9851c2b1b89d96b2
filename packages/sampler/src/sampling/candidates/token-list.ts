// Some tokens and their logits, in memory that is used again and again.

import { findPrefix, Prefix } from "./prefix.js";
import { refuse } from "./refuse.js";

export class TokenList {
  /** In ascending order; `count` of them count, as in all arrays here. */
  readonly ids: Int32Array;
  /** Logits before any division. */
  readonly values: Float64Array;
  /** What {@link weigh} made, until {@link find} uses it up. */
  readonly weights: Float64Array;
  /** For any use between two calls. */
  readonly keys: Float64Array;
  /** What was found last. */
  readonly prefix = new Prefix();
  count = 0;
  /** While the largest are looked for: what a later one has to exceed. */
  bar = -Infinity;

  /** @param size  the most tokens. */
  constructor(size: number) {
    this.ids = new Int32Array(size);
    this.values = new Float64Array(size);
    this.weights = new Float64Array(size);
    this.keys = new Float64Array(size);
  }

  /** Adds a token whose id is larger than all before. @throws SamplerError ERR_LOGITS for NaN or Infinity. */
  push(id: number, value: number): void {
    if (!(value < Infinity)) refuse(value, id);
    this.ids[this.count] = id;
    this.values[this.count++] = value;
  }

  /** The largest logit; -Infinity of none. */
  largest(): number {
    const { values, count } = this;
    let most = -Infinity;
    for (let i = 0; i < count; i++) most = Math.max(most, values[i] as number);
    return most;
  }

  /** Where a token is; -1 if it isn't there. */
  placeOf(id: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.ids[low] === id ? low : -1;
  }

  /** Makes exp((logit - most) / temperature) of all. @returns their sum. */
  weigh(most: number, temperature: number): number {
    const { values, weights, count } = this;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = Math.exp(((values[i] as number) - most) / temperature);
      weights[i] = weight;
      total += weight;
    }
    return total;
  }

  /** Finds the largest logits whose weights, which are used up, have a sum of `enough`: see {@link findPrefix}. */
  find(enough: number, strict: boolean): Prefix {
    const { keys, values, weights, count } = this;
    for (let i = 0; i < count; i++) keys[i] = values[i] as number;
    findPrefix(keys, weights, count, enough, strict, this.prefix);
    return this.prefix;
  }

  /** The token that {@link find} ended with, by its index among those that equal it, from 0. */
  found(index: number): number {
    let left = index;
    for (let i = 0; i < this.count; i++) {
      if (this.values[i] === this.prefix.least && left-- === 0) return this.ids[i] as number;
    }
    return -1;
  }

  /** Keeps what is larger than `least`, and the first `ties` that equal it. */
  keep(least: number, ties: number): void {
    const { ids, values, count } = this;
    let kept = 0;
    let left = ties;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (value < least || (value === least && left-- <= 0)) continue;
      ids[kept] = ids[i] as number;
      values[kept++] = value;
    }
    this.count = kept;
  }

  /** Keeps the largest, of equals the lowest ids. @returns the smallest that is kept. */
  keepLargest(count: number): number {
    for (let i = 0; i < this.count; i++) this.weights[i] = 1;
    const { least, ties } = this.find(count, false);
    this.keep(least, ties);
    return least;
  }
}
