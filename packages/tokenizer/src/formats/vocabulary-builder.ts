// Collects the contents of tokens into a Vocabulary and answers which id a content has.
// All in typed arrays: a vocabulary of 150,000 tokens must not become 150,000 strings.

import type { Vocabulary } from "../definition.js";
import { ensure } from "../errors.js";

/** Ids stay below this, whatever the file. */
export const MAX_IDS = 1 << 24;

/** Hashes are FNV-1a: `h = imul(h ^ byte, HASH_FACTOR)`. */
export const HASH_FACTOR = 0x01000193;

export class VocabularyBuilder {
  /** Contents one after the other; what lies after `length` is free. */
  bytes: Uint8Array;
  length = 0;
  count = 0;
  /** Different contents; known after `index`. */
  distinct = 0;
  /** What hashes begin with: another in each process, so that no file is made to collide. */
  readonly basis = (Math.random() * 2 ** 32) | 0;
  // Four numbers for each token: hash, id + 1, start, end.
  records: Int32Array;
  // The same, at the place that the hash says or soon after; 0 in the second means free.
  #table = new Int32Array(0);

  /** @param capacity of `bytes`, which `append` enlarges; who writes there directly may not exceed it */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    // Enough for most files; memory that is not touched costs nothing.
    this.records = new Int32Array(4 * Math.max(16, capacity >> 4));
  }

  /** Adds a token with this content. */
  append(content: Uint8Array, id: number): void {
    const end = this.length + content.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(content, this.length);
    this.add(end, id, this.hash(content, 0, content.length));
  }

  /** Adds a token whose content was written at `bytes[length .. end)`. */
  add(end: number, id: number, hash: number): void {
    const at = this.count++ * 4;
    if (at === this.records.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.records);
      this.records = larger;
    }
    const { records } = this;
    records[at] = hash;
    records[at + 1] = id + 1;
    records[at + 2] = this.length;
    records[at + 3] = end;
    this.length = end;
  }

  /** To be called after the last token: makes `find` work. Of equal contents the last counts. */
  index(): void {
    const { records, bytes } = this;
    let size = 16;
    while (size < this.count * 1.5) size *= 2;
    this.#table = new Int32Array(size * 4);
    const table = this.#table;
    for (let at = 0; at < this.count * 4; at += 4) {
      const start = records[at + 2] as number;
      const slot = this.#slot(bytes, start, records[at + 3] as number, records[at] as number);
      if (table[slot + 1] === 0) this.distinct++;
      for (let i = 0; i < 4; i++) table[slot + i] = records[at + i] as number;
    }
  }

  /** The id of the content `source[start .. end)`, or -1. */
  find(source: Uint8Array, start = 0, end = source.length): number {
    return this.findHashed(source, start, end, this.hash(source, start, end));
  }

  findHashed(source: Uint8Array, start: number, end: number, hash: number): number {
    return (this.#table[this.#slot(source, start, end, hash) + 1] as number) - 1;
  }

  hash(source: Uint8Array, start: number, end: number): number {
    let h = this.basis;
    for (let i = start; i < end; i++) h = Math.imul(h ^ (source[i] as number), HASH_FACTOR);
    return h;
  }

  /** Where the table has this content, or the free place where it would go. */
  #slot(source: Uint8Array, start: number, end: number, hash: number): number {
    const { bytes } = this;
    const table = this.#table;
    const mask = table.length - 4;
    let slot = ((hash ^ (hash >>> 15)) << 2) & mask;
    while (table[slot + 1] !== 0) {
      if (table[slot] === hash) {
        let p = table[slot + 2] as number;
        if ((table[slot + 3] as number) - p === end - start) {
          let q = start;
          while (q < end && source[q] === bytes[p]) {
            q++;
            p++;
          }
          if (q === end) break;
        }
      }
      slot = (slot + 4) & mask;
    }
    return slot;
  }

  /**
   * The vocabulary. Two contents with one id are an error. Of two ids with one content the last
   * is kept, or both with `keepAll`: then both decode to it.
   */
  finish(encoding: Vocabulary["encoding"], where: string, keepAll = false): Vocabulary {
    const { records } = this;
    let size = 0;
    for (let at = 0; at < this.count * 4; at += 4) size = Math.max(size, records[at + 1] as number);
    // Holes cost memory that the file did not pay for.
    ensure(
      size <= Math.max(1 << 20, this.count * 8),
      "ERR_LIMIT",
      () => `expected ids near the number of tokens (${this.count}), found ${size - 1} in ${where}`,
    );
    const unique = keepAll || this.distinct === this.count;
    const starts = new Uint32Array(size);
    const ends = new Uint32Array(size);
    for (let at = 0; at < this.count * 4; at += 4) {
      const id = (records[at + 1] as number) - 1;
      const start = records[at + 2] as number;
      const end = records[at + 3] as number;
      if (end === start) continue;
      if (!unique && this.findHashed(this.bytes, start, end, records[at] as number) !== id)
        continue;
      ensure(ends[id] === 0, "ERR_FORMAT", () => {
        const text = (from: number, to: number) =>
          JSON.stringify(new TextDecoder().decode(this.bytes.subarray(from, to)));
        const other = text(starts[id] as number, ends[id] as number);
        return `expected one token for id ${id}, found ${other} and ${text(start, end)} in ${where}`;
      });
      starts[id] = start;
      ends[id] = end;
    }
    return { size, bytes: this.bytes.slice(0, this.length), starts, ends, encoding };
  }
}
