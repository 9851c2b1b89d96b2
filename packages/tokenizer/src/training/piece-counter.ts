// Counts how often each piece of the corpus occurs. Pieces live in one array of
// bytes and are found by an open-addressing table of integers, so that millions of
// them cost what their bytes cost. They are numbered in order of first sight, which
// no hash can change.

import { ensure } from "../errors.js";
import { grown } from "./growing.js";

/** Distinct pieces: the bytes of piece `i` are `bytes.subarray(starts[i], starts[i + 1])`. */
export interface CountedPieces {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly counts: Float64Array;
  /** Bytes seen, repeats included: no count of anything can exceed it. */
  readonly total: number;
}

/** Positions of the merge learner are 32-bit integers, one for each byte and piece. */
const MAX_BYTES = 2 ** 29;

export class PieceCounter implements CountedPieces {
  size = 0;
  bytes = new Uint8Array(1 << 16);
  starts = new Uint32Array(1 << 12);
  counts = new Float64Array(1 << 12);
  total = 0;
  /** Pairs (hash, piece + 1); 0 marks a free slot. */
  #table = new Int32Array(1 << 14);
  #mask = (1 << 13) - 1;
  /** Random, so that nobody can prepare texts whose pieces all collide. */
  readonly #seed = (Math.random() * 2 ** 32) | 0;

  /** Counts the piece `from[start..end)` `times` more. */
  add(from: Uint8Array, start: number, end: number, times = 1): void {
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (from[i] as number), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    const length = end - start;
    this.total += length * times;
    const table = this.#table;
    const mask = this.#mask;
    let slot = hash & mask;
    for (;;) {
      const piece = table[2 * slot + 1] as number;
      if (piece === 0) break;
      if (table[2 * slot] === hash && this.#equals(piece - 1, from, start, length)) {
        (this.counts[piece - 1] as number) += times;
        return;
      }
      slot = (slot + 1) & mask;
    }
    table[2 * slot] = hash;
    this.#append(from, start, end, times);
    table[2 * slot + 1] = this.size;
    if (2 * this.size > mask) this.#rehash();
  }

  #equals(piece: number, from: Uint8Array, start: number, length: number): boolean {
    const bytes = this.bytes;
    const at = this.starts[piece] as number;
    if ((this.starts[piece + 1] as number) - at !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== from[start + i]) return false;
    return true;
  }

  #append(from: Uint8Array, start: number, end: number, times: number): void {
    const piece = this.size++;
    const at = this.starts[piece] as number;
    const next = at + end - start;
    ensure(
      next + piece < MAX_BYTES,
      "ERR_LIMIT",
      () =>
        `The distinct pieces of the corpus must have fewer than ${MAX_BYTES} bytes in all; a pattern that cuts ` +
        "finer, or a sample of the corpus, keeps below that",
    );
    this.bytes = grown(this.bytes, next);
    this.starts = grown(this.starts, piece + 2);
    this.counts = grown(this.counts, piece + 1);
    if (next - at < 32)
      for (let i = 0; i < next - at; i++) this.bytes[at + i] = from[start + i] as number;
    else this.bytes.set(from.subarray(start, end), at);
    this.starts[piece + 1] = next;
    this.counts[piece] = times;
  }

  #rehash(): void {
    const old = this.#table;
    const mask = 2 * this.#mask + 1;
    const table = new Int32Array(2 * (mask + 1));
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = (old[i] as number) & mask;
      while (table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      table[2 * slot] = old[i] as number;
      table[2 * slot + 1] = old[i + 1] as number;
    }
    this.#table = table;
    this.#mask = mask;
  }
}
