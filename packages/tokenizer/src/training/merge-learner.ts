// Byte-pair encoding, learned: again and again the most frequent pair of neighbouring
// tokens becomes a token. Every place where a pair was seen is listed when the pair
// arises, so that a merge visits only those; a place that another merge has changed
// since is recognised and skipped. Since a merge removes one token, and makes two
// pairs at most, all lists together are at most three times as long as the corpus.
//
// Of pairs with the same count the one with the lowest ids is merged first, as in Hugging
// Face's BpeTrainer. No two merges spell the same token: where a spelling becomes one
// token, no merge has crossed its ends, so the merges inside it were the same everywhere.

import { ensure } from "../errors.js";
import { CorpusTokens } from "./corpus-tokens.js";
import { grown } from "./growing.js";
import { MergeQueue } from "./merge-queue.js";
import { PairTable } from "./pair-table.js";
import type { CountedPieces } from "./piece-counter.js";
import type { TokenNames } from "./token-names.js";

/** How many places one call visits at most, which takes about a millisecond. */
const BATCH = 1 << 15;

export interface LearnerLimits {
  readonly vocabularySize: number;
  readonly minFrequency: number;
  /** Bytes of the longest token. */
  readonly maxTokenLength: number;
}

export class MergeLearner {
  /** Pairs of ids in the order in which they were merged; `2 * mergeCount` are in use. */
  merges = new Int32Array(1 << 12);
  mergeCount = 0;
  readonly #corpus: CorpusTokens;
  readonly #pairs = new PairTable();
  readonly #queue = new MergeQueue(this.#pairs);
  /** Places, list after list: as many as there can ever be, most of which the system never has to provide. */
  #places = new Uint32Array(0);
  #placeCount = 0;

  // The merge at work: `#left` and `#right` become `#made`.
  #left = 0;
  #right = 0;
  #made = 0;
  #next = 0;
  #end = 0;
  /** Neighbours met, as (neighbour, place of its pair); the left ones first by id, the right ones by id + `#side`. */
  #met = new Int32Array(1 << 12);
  #metCount = 0;
  #listed = 0;
  readonly #side: number;
  readonly #seen: Int32Array;
  readonly #weight: Float64Array;
  #neighbours = new Int32Array(1 << 8);
  #neighbourCount = 0;
  #added = new Int32Array(1 << 8);

  constructor(
    readonly counted: CountedPieces,
    readonly names: TokenNames,
    readonly limits: LearnerLimits,
  ) {
    this.#corpus = new CorpusTokens(counted, names.idOfByte);
    this.#side = Math.max(limits.vocabularySize, names.size);
    this.#seen = new Int32Array(2 * this.#side);
    this.#weight = new Float64Array(2 * this.#side);
  }

  /** Lays the corpus out and lists its pairs, with a pause after each stretch. */
  async prepare(pause: () => Promise<void> | undefined): Promise<void> {
    const corpus = this.#corpus;
    const { size, counts, total: bytes } = this.counted;
    ensure(
      bytes < 2 ** 53,
      "ERR_LIMIT",
      () =>
        `Counts are exact up to 2^53, but the corpus has ${bytes} bytes; train on a sample of it`,
    );
    for (let piece = 0; piece < size; ) {
      piece = corpus.layOut(piece, BATCH);
      await pause();
    }
    const places = corpus.tokens.length;
    const { idOfByte } = this.names;
    const byteOfId = new Uint8Array(this.names.size);
    for (const [byte, id] of idOfByte.entries()) byteOfId[id] = byte;
    // By pair of bytes.
    const weights = new Float64Array(1 << 16);
    const lengths = new Int32Array(1 << 16);
    const each = async (visit: (from: number, to: number) => void): Promise<void> => {
      for (let from = 0; from < places; from += BATCH) {
        visit(from, Math.min(from + BATCH, places - 1));
        await pause();
      }
    };
    const { tokens, pieces } = corpus;
    await each((from, to) => {
      for (let i = from; i < to; i++) {
        const left = tokens[i] as number;
        const right = tokens[i + 1] as number;
        if (left < 0 || right < 0) continue;
        const key = ((byteOfId[left] as number) << 8) | (byteOfId[right] as number);
        (weights[key] as number) += counts[pieces[i] as number] as number;
        (lengths[key] as number)++;
      }
    });
    const next = new Uint32Array(1 << 16);
    let total = 0;
    for (let key = 0; key < next.length; key++) {
      next[key] = total;
      total += lengths[key] as number;
    }
    this.#places = new Uint32Array(3 * total);
    this.#placeCount = total;
    for (let key = 0; key < next.length; key++) {
      if (lengths[key] === 0) continue;
      const pair = this.#pairs.findOrAdd(
        idOfByte[key >> 8] as number,
        idOfByte[key & 255] as number,
      );
      this.#pairs.counts[pair] = weights[key] as number;
      this.#push(pair, next[key] as number, lengths[key] as number);
    }
    await each((from, to) => {
      for (let i = from; i < to; i++) {
        const left = tokens[i] as number;
        const right = tokens[i + 1] as number;
        if (left < 0 || right < 0) continue;
        const key = ((byteOfId[left] as number) << 8) | (byteOfId[right] as number);
        this.#places[next[key] as number] = i;
        (next[key] as number)++;
      }
    });
  }

  /** Works for about a millisecond; false when there is nothing left to merge. */
  advance(): boolean {
    if (this.#metCount > 0 && this.#next === this.#end) {
      if (this.#listed === 0) this.#countPairs();
      const end = Math.min(this.#listed + 2 * BATCH, this.#metCount);
      this.#list(this.#listed, end);
      this.#listed = end;
      if (end === this.#metCount) this.#queuePairs();
      return true;
    }
    if (this.#next === this.#end && !this.#choose()) return false;
    const end = Math.min(this.#next + BATCH, this.#end);
    this.#visit(this.#next, end);
    this.#next = end;
    return true;
  }

  /** Takes the next pair to merge from the queue. */
  #choose(): boolean {
    const queue = this.#queue;
    const pairs = this.#pairs;
    for (;;) {
      if (this.names.size >= this.limits.vocabularySize || queue.size === 0) return false;
      const entry = queue.topEntry;
      const pair = queue.pair[entry] as number;
      const count = pairs.counts[pair] as number;
      if (count !== queue.topCount) {
        queue.refreshTop();
        continue;
      }
      if (count < 1 || count < this.limits.minFrequency) return false;
      queue.pop();
      const left = pairs.left[pair] as number;
      const right = pairs.right[pair] as number;
      this.#left = left;
      this.#right = right;
      this.#made = this.names.join(left, right);
      this.merges = grown(this.merges, 2 * this.mergeCount + 2);
      this.merges[2 * this.mergeCount] = left;
      this.merges[2 * this.mergeCount++ + 1] = right;
      this.#next = queue.start[entry] as number;
      this.#end = this.#next + (queue.length[entry] as number);
      return true;
    }
  }

  /** Merges at the listed places and notes the neighbours. */
  #visit(from: number, to: number): void {
    const { tokens, pieces } = this.#corpus;
    const counts = this.counted.counts;
    const lengths = this.names.lengths;
    const left = this.#left;
    const right = this.#right;
    const made = this.#made;
    const leftLength = lengths[left] as number;
    const bothLength = lengths[made] as number;
    const places = this.#places;
    this.#met = grown(this.#met, this.#metCount + 4 * (to - from));
    this.#neighbours = grown(this.#neighbours, this.#neighbourCount + 2 * (to - from));
    const met = this.#met;
    const seen = this.#seen;
    const weight = this.#weight;
    const neighbours = this.#neighbours;
    const side = this.#side;
    let metCount = this.#metCount;
    let neighbourCount = this.#neighbourCount;
    for (let i = from; i < to; i++) {
      const at = places[i] as number;
      if (tokens[at] !== left || tokens[at + leftLength] !== right) continue;
      const count = counts[pieces[at] as number] as number;
      let before = at - 1;
      let previous = tokens[before] as number;
      if (previous < -1) {
        before = -2 - previous;
        previous = tokens[before] as number;
      }
      if (previous >= 0) {
        if ((seen[previous] as number)++ === 0) neighbours[neighbourCount++] = previous;
        (weight[previous] as number) += count;
        met[metCount++] = previous;
        met[metCount++] = before;
      }
      tokens[at] = made;
      tokens[at + leftLength] = -2;
      tokens[at + bothLength - 1] = -2 - at;
      const following = tokens[at + bothLength] as number;
      if (following >= 0) {
        const key = side + following;
        if ((seen[key] as number)++ === 0) neighbours[neighbourCount++] = key;
        (weight[key] as number) += count;
        met[metCount++] = key;
        met[metCount++] = at;
      }
    }
    this.#metCount = metCount;
    this.#neighbourCount = neighbourCount;
  }

  /** Brings the counts up to date, and makes room for the places of the pairs that the merge has made. */
  #countPairs(): void {
    const pairs = this.#pairs;
    const seen = this.#seen;
    const weight = this.#weight;
    const side = this.#side;
    const made = this.#made;
    const neighbours = this.#neighbours;
    const neighbourCount = this.#neighbourCount;
    this.#added = grown(this.#added, neighbourCount);
    let total = this.#placeCount;
    for (let i = 0; i < neighbourCount; i++) {
      const key = neighbours[i] as number;
      const token = key < side ? key : key - side;
      let pair = -1;
      let start = -1;
      if (this.#fits(token)) {
        pair = key < side ? pairs.findOrAdd(token, made) : pairs.findOrAdd(made, token);
        (pairs.counts[pair] as number) += weight[key] as number;
        start = total;
        total += seen[key] as number;
      }
      this.#added[i] = pair;
      seen[key] = start;
    }
    // A run such as "aaaa" makes pairs that the same merge breaks again: they exist by now.
    for (let i = 0; i < neighbourCount; i++) {
      const key = neighbours[i] as number;
      const broken = key < side ? pairs.find(key, this.#left) : pairs.find(this.#right, key - side);
      if (broken >= 0) (pairs.counts[broken] as number) -= weight[key] as number;
    }
  }

  /** Sorts the places met by pair. */
  #list(from: number, to: number): void {
    const places = this.#places;
    const met = this.#met;
    const seen = this.#seen;
    for (let i = from; i < to; i += 2) {
      const key = met[i] as number;
      const at = seen[key] as number;
      if (at < 0) continue;
      places[at] = met[i + 1] as number;
      seen[key] = at + 1;
    }
  }

  #queuePairs(): void {
    for (let i = 0; i < this.#neighbourCount; i++) {
      const key = this.#neighbours[i] as number;
      const pair = this.#added[i] as number;
      if (pair >= 0) {
        const end = this.#seen[key] as number;
        this.#push(pair, this.#placeCount, end - this.#placeCount);
        this.#placeCount = end;
      }
      this.#seen[key] = 0;
      this.#weight[key] = 0;
    }
    this.#neighbourCount = 0;
    this.#metCount = 0;
    this.#listed = 0;
  }

  #fits(neighbour: number): boolean {
    const { lengths } = this.names;
    const together = (lengths[this.#made] as number) + (lengths[neighbour] as number);
    return together <= this.limits.maxTokenLength;
  }

  #push(pair: number, start: number, length: number): void {
    if ((this.#pairs.counts[pair] as number) > 0) this.#queue.push(pair, start, length);
  }
}
