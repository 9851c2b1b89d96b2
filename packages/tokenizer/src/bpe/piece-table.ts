// From the bytes of a piece to its tokens in one probe. Keys are the bytes themselves,
// as whole words, so nothing is hashed byte by byte and nothing is compared twice. The
// same tables hold the vocabulary and, as a bounded cache, pieces of several tokens.

import type { TokenBytes } from "./token-trie.js";

/** By length: what of the words of a key belongs to a piece, for up to 8 bytes in two words. */
export const MASK_LOW = new Int32Array(9);
export const MASK_HIGH = new Int32Array(9);
for (let length = 0; length <= 8; length++) {
  MASK_LOW[length] = length >= 4 ? -1 : (1 << (8 * length)) - 1;
  MASK_HIGH[length] = length >= 8 ? -1 : length <= 4 ? 0 : (1 << (8 * (length - 4))) - 1;
}

export const hashShort = (k0: number, k1: number, length: number): number => {
  const h = Math.imul(k0, 0x9e3779b1) ^ Math.imul(k1, 0x85ebca6b);
  return Math.imul(h ^ (h >>> 15) ^ length, 0x2c1b3c6d) >>> 10;
};

export const hashMedium = (k0: number, k1: number, k2: number, k3: number): number => {
  const h =
    Math.imul(k0, 0x9e3779b1) ^
    Math.imul(k1, 0x85ebca6b) ^
    Math.imul(k2, 0xc2b2ae35) ^
    Math.imul(k3, 0x27d4eb2f);
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 10;
};

export const hashLong = (buffer: Uint8Array, start: number, end: number): number => {
  let h = 0x811c9dc5 ^ (end - start);
  for (let i = start; i < end; i++) h = Math.imul(h ^ (buffer[i] as number), 0x01000193);
  return (h ^ (h >>> 15)) | 0;
};

/** Pieces of more bytes are looked up by a hash and compared, and are not cached. */
export const LONGEST_KEY = 16;

const FIRST_ROOM = 1024;

const powerOfTwo = (least: number) => {
  let n = 16;
  while (n < least) n *= 2;
  return n;
};

export class PieceTable {
  /** Up to 8 bytes: two words of key, length | count << 8 (0: empty slot), value. */
  short: Int32Array = new Int32Array(0);
  /** 9 to 16 bytes: four words of key, length | count << 8, value, and two of padding. */
  medium: Int32Array = new Int32Array(0);
  /** More: hash, where in {@link contents}, length, id. */
  long: Int32Array = new Int32Array(0);
  /** Where a count is above one, its value is where its ids begin here. */
  sequences: Int32Array = new Int32Array(1024);
  readonly contents: Uint8Array;
  readonly #tokens: TokenBytes;
  readonly #ids: Int32Array;
  readonly #cacheLimit: number;
  /** How many pieces are kept before the tables are made anew, larger up to the limit. */
  #room: number;
  #cached = 0;
  #used = 0;

  /**
   * @param tokens      sixteen bytes after the last content must be readable.
   * @param ids         the tokens that a piece can be as a whole.
   * @param cacheLimit  pieces of several tokens that are kept at most.
   */
  constructor(tokens: TokenBytes, ids: Int32Array, cacheLimit: number) {
    this.contents = tokens.bytes;
    this.#tokens = tokens;
    this.#ids = ids;
    this.#cacheLimit = cacheLimit;
    // A large vocabulary has large tables anyway.
    this.#room = Math.min(cacheLimit, Math.max(FIRST_ROOM, ids.length));
    this.#fill();
  }

  #fill(): void {
    const { starts, ends } = this.#tokens;
    const ids = this.#ids;
    let short = 0;
    let medium = 0;
    let long = 0;
    for (let i = 0; i < ids.length; i++) {
      const length = (ends[ids[i] as number] as number) - (starts[ids[i] as number] as number);
      if (length <= 8) short++;
      else if (length <= LONGEST_KEY) medium++;
      else long++;
    }
    this.short = new Int32Array(4 * powerOfTwo((short + this.#room) * 1.3));
    this.medium = new Int32Array(8 * powerOfTwo((medium + this.#room) * 1.3));
    this.long = new Int32Array(4 * powerOfTwo(long * 2));
    this.#cached = 0;
    this.#used = 0;
    fillShort(this.short, this.#tokens, ids);
    fillMedium(this.medium, this.#tokens, ids);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const start = starts[id] as number;
      const end = ends[id] as number;
      if (end - start > LONGEST_KEY) this.#addLong(start, end, id);
    }
  }

  /** Keeps the `count` tokens of a piece of at most {@link LONGEST_KEY} bytes. */
  remember(key: Int32Array, length: number, ids: Int32Array, from: number, count: number): void {
    if (this.#cached >= this.#room) {
      this.#room = Math.min(this.#cacheLimit, 4 * this.#room);
      this.#fill();
    }
    this.#cached++;
    if (count === 1) {
      this.#add(key, length, 1, ids[from] as number);
      return;
    }
    if (this.#used + count > this.sequences.length) {
      const larger = new Int32Array(this.sequences.length * 2);
      larger.set(this.sequences);
      this.sequences = larger;
    }
    for (let i = 0; i < count; i++) this.sequences[this.#used + i] = ids[from + i] as number;
    this.#add(key, length, count, this.#used);
    this.#used += count;
  }

  #add(key: Int32Array, length: number, count: number, value: number): void {
    const k0 = key[0] as number;
    const k1 = key[1] as number;
    if (length <= 8) {
      const table = this.short;
      let s = (hashShort(k0, k1, length) << 2) & (table.length - 1);
      while (table[s + 2] !== 0) s = (s + 4) & (table.length - 1);
      table[s] = k0;
      table[s + 1] = k1;
      table[s + 2] = length | (count << 8);
      table[s + 3] = value;
      return;
    }
    const k2 = key[2] as number;
    const k3 = key[3] as number;
    const table = this.medium;
    let s = (hashMedium(k0, k1, k2, k3) << 3) & (table.length - 1);
    while (table[s + 4] !== 0) s = (s + 8) & (table.length - 1);
    table[s] = k0;
    table[s + 1] = k1;
    table[s + 2] = k2;
    table[s + 3] = k3;
    table[s + 4] = length | (count << 8);
    table[s + 5] = value;
  }

  #addLong(start: number, end: number, id: number): void {
    const table = this.long;
    const hash = hashLong(this.contents, start, end);
    let s = (hash << 2) & (table.length - 1);
    while (table[s + 2] !== 0) s = (s + 4) & (table.length - 1);
    table[s] = hash;
    table[s + 1] = start;
    table[s + 2] = end - start;
    table[s + 3] = id;
  }

  /** The token whose content is `buffer[start..end)`, longer than {@link LONGEST_KEY}, or -1. */
  findLong(buffer: Uint8Array, start: number, end: number): number {
    const table = this.long;
    const contents = this.contents;
    const length = end - start;
    const hash = hashLong(buffer, start, end);
    for (let s = (hash << 2) & (table.length - 1); ; s = (s + 4) & (table.length - 1)) {
      if (table[s + 2] === 0) return -1;
      if (table[s] !== hash || table[s + 2] !== length) continue;
      let from = table[s + 1] as number;
      let p = start;
      while (p < end && buffer[p] === contents[from]) {
        p++;
        from++;
      }
      if (p === end) return table[s + 3] as number;
    }
  }
}

// Loading is mostly these two loops. They stand alone, so that the engine can compile each
// while it runs, after its first few thousand rounds.

function fillShort(table: Int32Array, { bytes, starts, ends }: TokenBytes, ids: Int32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mask = table.length - 1;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    const start = starts[id] as number;
    const length = (ends[id] as number) - start;
    if (length > 8) continue;
    const k0 = view.getInt32(start, true) & (MASK_LOW[length] as number);
    const k1 = view.getInt32(start + 4, true) & (MASK_HIGH[length] as number);
    let s = (hashShort(k0, k1, length) << 2) & mask;
    while (table[s + 2] !== 0) s = (s + 4) & mask;
    table[s] = k0;
    table[s + 1] = k1;
    table[s + 2] = length | 256;
    table[s + 3] = id;
  }
}

function fillMedium(table: Int32Array, { bytes, starts, ends }: TokenBytes, ids: Int32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mask = table.length - 1;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    const start = starts[id] as number;
    const length = (ends[id] as number) - start;
    if (length <= 8 || length > LONGEST_KEY) continue;
    const k0 = view.getInt32(start, true);
    const k1 = view.getInt32(start + 4, true);
    const k2 = view.getInt32(start + 8, true) & (MASK_LOW[length - 8] as number);
    const k3 = view.getInt32(start + 12, true) & (MASK_HIGH[length - 8] as number);
    let s = (hashMedium(k0, k1, k2, k3) << 3) & mask;
    while (table[s + 4] !== 0) s = (s + 8) & mask;
    table[s] = k0;
    table[s + 1] = k1;
    table[s + 2] = k2;
    table[s + 3] = k3;
    table[s + 4] = length | 256;
    table[s + 5] = id;
  }
}
