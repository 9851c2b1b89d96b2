// "Don't repeat yourself": the longer the repetition that a token would go on with, the larger its
// penalty, exponentially. P. E. Weidmann, "DRY: a modern repetition penalty that reliably prevents
// looping", 2024; matching by D. Gusfield's Z-algorithm as in llama.cpp's src/llama-sampling.cpp.

import type { Candidates } from "../candidates/candidates.js";
import type { History } from "./history.js";
import type { TokenTable } from "./token-table.js";

export interface DryOptions {
  /** 0, the default: no penalty. */
  readonly dryMultiplier?: number;
  /** Default 1.75. */
  readonly dryBase?: number;
  /** The longest repetition without a penalty. Default 2. */
  readonly dryAllowedLength?: number;
  /** How many of the last tokens are looked at. Default: all. */
  readonly dryWindow?: number;
  /** Sequences of tokens that no repetition goes beyond, such as line breaks. Default: none. */
  readonly dryBreakers?: Iterable<readonly number[]>;
}

export interface CheckedDry extends Required<Omit<DryOptions, "dryBreakers">> {
  readonly dryBreakers: readonly Int32Array[];
}

/** ln of the largest float32 number: no penalty is larger. */
const LARGEST = 88.7228391;

export class Dry {
  readonly #options: CheckedDry;
  readonly #breakers: ReadonlySet<number>;
  #lengths = new Int32Array(256);

  constructor(options: CheckedDry) {
    this.#options = options;
    const single = options.dryBreakers.filter(({ length }) => length === 1);
    this.#breakers = new Set(single.map((sequence) => sequence[0] as number));
  }

  apply(candidates: Candidates, history: History, table: TokenTable): void {
    const { dryMultiplier, dryBase, dryAllowedLength, dryWindow } = this.#options;
    const { tokens, length } = history;
    const window = Math.min(length, dryWindow);
    if (window <= dryAllowedLength) return;
    const limit = this.#sinceBreaker(history, window);
    if (limit < dryAllowedLength) return;
    this.#match(history, window);
    for (let distance = 1; distance < window; distance++) {
      const repeated = Math.min(this.#lengths[distance] as number, limit);
      if (repeated < dryAllowedLength) continue;
      const next = tokens[length - distance] as number;
      // Numbers are lengths and 1.
      if (repeated + 1 > table.get(next)) table.set(next, repeated + 1);
    }
    const most = dryBase > 1.000001 ? Math.floor(LARGEST / Math.log(dryBase)) : Infinity;
    candidates.edit();
    for (let i = 0; i < table.size; i++) {
      const token = table.tokens[i] as number;
      const place = candidates.placeOf(token);
      if (place < 0 || this.#breakers.has(token)) continue;
      const exponent = Math.min(table.get(token) - 1 - dryAllowedLength, most);
      const penalty = dryMultiplier * dryBase ** exponent;
      candidates.setLogitAt(place, candidates.logitAt(place) - penalty);
    }
    candidates.edited();
    table.clear();
  }

  /** How many of the last tokens come after the last breaker. */
  #sinceBreaker({ tokens, length }: History, window: number): number {
    const { dryBreakers } = this.#options;
    if (dryBreakers.length === 0) return window;
    for (let back = 0; back < window; back++) {
      let longest = 0;
      for (const sequence of dryBreakers) {
        if (sequence.length > longest && sequence.length <= back + 1) {
          const begin = length - 1 - back;
          if (sequence.every((token, i) => tokens[begin + i] === token)) longest = sequence.length;
        }
      }
      if (longest > 0) return back + 1 - longest;
    }
    return window;
  }

  /** By distance: how many of the last tokens equal those so far before them. */
  #match({ tokens, length }: History, window: number): void {
    if (this.#lengths.length < window) this.#lengths = new Int32Array(2 * window);
    const lengths = this.#lengths;
    const last = length - 1;
    // [left, right) counts back from the end: the part that was found to equal what comes last.
    let left = 0;
    let right = 0;
    for (let distance = 1; distance < window; distance++) {
      let matched = 0;
      if (distance < right) {
        matched = Math.min(right - distance, lengths[distance - left] as number);
      }
      while (
        distance + matched < window &&
        tokens[last - matched] === tokens[last - matched - distance]
      ) {
        matched++;
      }
      lengths[distance] = matched;
      if (distance + matched > right) {
        left = distance;
        right = distance + matched;
      }
    }
  }
}
