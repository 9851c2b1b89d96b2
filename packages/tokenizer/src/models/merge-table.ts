// The merges of a BPE model: from a pair of ids to its rank, and from a rank to the
// id that the merge makes. Of equal pairs the last counts, as in Hugging Face's map.

import type { Vocabulary } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import type { VocabularyIndex } from "./vocabulary.js";

/** Ranks below this fit a {@link MergeQueue}. */
const maxMerges = 2 ** 24;
const maxProbes = 4096; // one lookup in a sound table takes a few

export class MergeTable {
  readonly #merges: Int32Array;
  readonly #slots: Int32Array; // rank + 1, or 0
  readonly #seed = (Math.random() * 2 ** 32) | 0;
  /** The id that a merge makes, by rank. */
  readonly made: Int32Array;

  /** @param prefix bytes that the right side of a merge loses from its front */
  constructor(merges: Int32Array, vocabulary: Vocabulary, index: VocabularyIndex, prefix: number) {
    const count = merges.length >> 1;
    ensure(
      count <= maxMerges,
      "ERR_LIMIT",
      () => `expected at most ${maxMerges} merges, found ${count}`,
    );
    this.#merges = merges;
    let bits = 4;
    while (2 ** bits < count * 2) bits++;
    this.#slots = new Int32Array(2 ** bits);
    this.made = new Int32Array(count);
    const { size, bytes, starts, ends } = vocabulary;
    let joined = new Uint8Array(256);
    for (let rank = 0; rank < count; rank++) {
      const left = merges[rank * 2] as number;
      const right = merges[rank * 2 + 1] as number;
      const outside = left < 0 || left >= size ? left : right;
      if (outside < 0 || outside >= size) {
        throw new TokenizerError(
          "ERR_FORMAT",
          `merge ${rank} names the id ${outside}, outside a vocabulary of ${size}`,
        );
      }
      const leftLength = (ends[left] as number) - (starts[left] as number);
      const length = leftLength + (ends[right] as number) - (starts[right] as number) - prefix;
      let made = -1;
      if (length >= leftLength && length <= index.maxLength) {
        if (length > joined.length) joined = new Uint8Array(length * 2);
        const from = starts[right] as number;
        joined.set(bytes.subarray(starts[left], ends[left]));
        joined.set(bytes.subarray(from + prefix, ends[right]), leftLength);
        made = index.find(joined, 0, length);
      }
      if (made < 0) {
        throw new TokenizerError(
          "ERR_FORMAT",
          `merge ${rank} joins the tokens ${left} and ${right} to something that is no token`,
        );
      }
      this.made[rank] = made;
      this.#slots[this.#slot(left, right)] = rank + 1;
    }
  }

  /** The rank of a pair, or -1. */
  rank(left: number, right: number): number {
    return (this.#slots[this.#slot(left, right)] as number) - 1;
  }

  /** The slot that holds a pair, or the free one where it belongs. */
  #slot(left: number, right: number): number {
    const slots = this.#slots;
    const merges = this.#merges;
    const mask = slots.length - 1;
    const hash = Math.imul(Math.imul(left, 0x9e3779b1) ^ right ^ this.#seed, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probes = 0; probes < maxProbes; probes++) {
      const rank = (slots[slot] as number) - 1;
      if (rank < 0 || (merges[rank * 2] === left && merges[rank * 2 + 1] === right)) return slot;
      slot = (slot + 1) & mask;
    }
    throw new TokenizerError("ERR_LIMIT", `the merge of ${left} and ${right} collides with others`);
  }
}
