// The merges that can happen within one short content. Each makes a token whose content
// is a part of that content, so they are found by the parts, without a table of all merges.

import type { ContentIndex } from "./content-index.js";
import { PairTable } from "./pair-table.js";
import type { Merges } from "./splits.js";
import type { TokenBytes } from "./token-trie.js";

export class PartialPairs {
  readonly #index: ContentIndex;
  readonly #merges: Merges;
  /** By id, the first merge that makes it, and by merge the next that makes the same; plus 1, 0 for none. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(tokens: TokenBytes, index: ContentIndex, merges: Merges) {
    this.#index = index;
    this.#merges = merges;
    const { merged } = merges;
    const first = new Int32Array(tokens.starts.length);
    const next = new Int32Array(merged.length);
    for (let i = merged.length - 1; i >= 0; i--) {
      const id = merged[i] as number;
      next[i] = first[id] as number;
      first[id] = i + 1;
    }
    this.#first = first;
    this.#next = next;
  }

  within(bytes: Uint8Array, start: number, end: number): PairTable {
    const found: number[] = [];
    for (let p = start; p < end; p++) {
      for (let q = p + 2; q <= end; q++) {
        const id = this.#index.find(bytes, p, q);
        let i = id < 0 ? 0 : (this.#first[id] as number);
        for (; i !== 0; i = this.#next[i - 1] as number) found.push(i - 1);
      }
    }
    const { pairs, merged, ranks } = this.#merges;
    const table = new PairTable(found.length);
    for (const i of found) {
      const [left, right] = [pairs[2 * i] as number, pairs[2 * i + 1] as number];
      table.add(left, right, ranks[i] as number, merged[i] as number);
    }
    return table;
  }
}
