// From the bytes of a piece to its tokens in one probe: a bounded cache of the pieces
// that texts had, tokens and others. Keys are the bytes themselves, as whole words, so
// nothing is hashed byte by byte and nothing is compared twice. Tokens come in as they
// are used: what texts have is a small part of a vocabulary, lies closer together, and
// nothing has to be filled before the first text.

import { oddRandom } from "./random.js";

/** By length: what of the words of a key belongs to a piece, for up to 8 bytes in two words. */
export const MASK_LOW = new Int32Array(9);
export const MASK_HIGH = new Int32Array(9);
for (let length = 0; length <= 8; length++) {
  MASK_LOW[length] = length >= 4 ? -1 : (1 << (8 * length)) - 1;
  MASK_HIGH[length] = length >= 8 ? -1 : length <= 4 ? 0 : (1 << (8 * (length - 4))) - 1;
}

// Chosen anew in each process: nobody can make a text whose pieces all want the same place.
const FACTORS = Int32Array.from({ length: 5 }, () => oddRandom());
const [F0 = 1, F1 = 1, F2 = 1, F3 = 1, F4 = 1] = FACTORS;

export const hashShort = (k0: number, k1: number, length: number): number => {
  const h = Math.imul(k0, F0) ^ Math.imul(k1, F1);
  return Math.imul(h ^ (h >>> 15) ^ length, F4) >>> 10;
};

export const hashMedium = (k0: number, k1: number, k2: number, k3: number): number => {
  const h = Math.imul(k0, F0) ^ Math.imul(k1, F1) ^ Math.imul(k2, F2) ^ Math.imul(k3, F3);
  return Math.imul(h ^ (h >>> 15), F4) >>> 10;
};

/** Pieces of more bytes are not kept. */
export const LONGEST_KEY = 16;

/** Slots at first and at most, of which half are used. */
const FIRST_SLOTS = 1 << 12;
const SHORT_LIMIT = 1 << 18;
const MEDIUM_LIMIT = 1 << 17;

export class PieceTable {
  /** Up to 8 bytes: two words of key, length | count << 8 (0: empty slot), value. */
  short: Int32Array = new Int32Array(4 * FIRST_SLOTS);
  /** 9 to 16 bytes: four words of key, length | count << 8, value, and two of padding. */
  medium: Int32Array = new Int32Array(8 * FIRST_SLOTS);
  /** Where a count is above one, its value is where its ids begin here. */
  sequences: Int32Array = new Int32Array(1024);
  #shortCount = 0;
  #mediumCount = 0;
  #used = 0;

  /** Begins anew with small tables. */
  clear(): void {
    this.short = new Int32Array(4 * FIRST_SLOTS);
    this.medium = new Int32Array(8 * FIRST_SLOTS);
    this.sequences = new Int32Array(1024);
    this.#shortCount = 0;
    this.#mediumCount = 0;
    this.#used = 0;
  }

  /** Begins anew with tables that are large enough for so many pieces. */
  reserve(pieces: number): void {
    this.clear();
    let slots = FIRST_SLOTS;
    while (slots < 2 * pieces) slots *= 2;
    this.short = new Int32Array(4 * Math.min(slots, SHORT_LIMIT));
    this.medium = new Int32Array(8 * Math.min(slots / 2, MEDIUM_LIMIT));
  }

  /** Keeps the `count` tokens of a piece of at most {@link LONGEST_KEY} bytes that isn't there yet. */
  remember(key: Int32Array, length: number, ids: Int32Array, from: number, count: number): void {
    this.#makeRoom(length);
    let value = ids[from] as number;
    if (count !== 1) {
      value = this.#used;
      if (value + count > this.sequences.length) {
        const larger = new Int32Array(this.sequences.length * 2);
        larger.set(this.sequences);
        this.sequences = larger;
      }
      for (let i = 0; i < count; i++) this.sequences[value + i] = ids[from + i] as number;
      this.#used += count;
    }
    const meta = length | (count << 8);
    if (length <= 8) addShort(this.short, key, 0, meta, value);
    else addMedium(this.medium, key, 0, meta, value);
  }

  #makeRoom(length: number): void {
    if (length <= 8) {
      const { short } = this;
      if (8 * this.#shortCount >= short.length) {
        if (short.length >= 4 * SHORT_LIMIT) this.clear();
        else {
          this.short = new Int32Array(4 * short.length);
          for (let s = 0; s < short.length; s += 4) {
            const meta = short[s + 2] as number;
            if (meta !== 0) addShort(this.short, short, s, meta, short[s + 3] as number);
          }
        }
      }
      this.#shortCount++;
      return;
    }
    const { medium } = this;
    if (16 * this.#mediumCount >= medium.length) {
      if (medium.length >= 8 * MEDIUM_LIMIT) this.clear();
      else {
        this.medium = new Int32Array(Math.min(4 * medium.length, 8 * MEDIUM_LIMIT));
        for (let s = 0; s < medium.length; s += 8) {
          const meta = medium[s + 4] as number;
          if (meta !== 0) addMedium(this.medium, medium, s, meta, medium[s + 5] as number);
        }
      }
    }
    this.#mediumCount++;
  }
}

function addShort(table: Int32Array, key: Int32Array, at: number, meta: number, value: number) {
  const k0 = key[at] as number;
  const k1 = key[at + 1] as number;
  const mask = table.length - 1;
  let s = (hashShort(k0, k1, meta & 255) << 2) & mask;
  while (table[s + 2] !== 0) s = (s + 4) & mask;
  table[s] = k0;
  table[s + 1] = k1;
  table[s + 2] = meta;
  table[s + 3] = value;
}

function addMedium(table: Int32Array, key: Int32Array, at: number, meta: number, value: number) {
  const k0 = key[at] as number;
  const k1 = key[at + 1] as number;
  const k2 = key[at + 2] as number;
  const k3 = key[at + 3] as number;
  const mask = table.length - 1;
  let s = (hashMedium(k0, k1, k2, k3) << 3) & mask;
  while (table[s + 4] !== 0) s = (s + 8) & mask;
  table[s] = k0;
  table[s + 1] = k1;
  table[s + 2] = k2;
  table[s + 3] = k3;
  table[s + 4] = meta;
  table[s + 5] = value;
}
