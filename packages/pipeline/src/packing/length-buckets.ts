// Pieces that wait for a row, by length: the longest that fits is found in a few words
// of a bit set, and among equals the one that came first.

import type { Piece } from "./pieces.js";

interface Waiting {
  readonly piece: Piece;
  readonly arrival: number;
  taken: boolean;
}

export class LengthBuckets {
  readonly #buckets: Waiting[][] = [];
  readonly #bits: Uint32Array;
  /** In order of arrival, the taken ones still among them. */
  #queue: Waiting[] = [];
  #head = 0;
  #arrivals = 0;
  size = 0;

  constructor(private readonly most: number) {
    this.#bits = new Uint32Array((most >>> 5) + 1);
  }

  add(piece: Piece): void {
    const waiting = { piece, arrival: this.#arrivals++, taken: false };
    const { length } = piece;
    this.#buckets[length] ??= [];
    this.#buckets[length].push(waiting);
    this.#setBit(length, 1);
    this.#queue.push(waiting);
    this.size++;
  }

  /** The piece that waits longest. */
  takeOldest(): Piece | undefined {
    while (this.#queue[this.#head]?.taken) this.#head++;
    const oldest = this.#queue[this.#head];
    if (oldest === undefined) return undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return this.#take(oldest.piece.length);
  }

  /** The longest piece of at most `length` tokens. */
  takeLongest(length = this.most): [Piece] | undefined {
    const found = this.#longest(length);
    return found === 0 ? undefined : [this.#take(found)];
  }

  /** One piece of `length` tokens, or two that have as many, the longer as long as can be. */
  takeExactly(length: number): [Piece] | [Piece, Piece] | undefined {
    if (this.#has(length)) return [this.#take(length)];
    for (let long = this.#longest(length - 1); long * 2 >= length; long = this.#longest(long - 1)) {
      const short = length - long;
      if (!this.#has(short)) continue;
      if (short === long && this.#buckets[long]?.length === 1) continue;
      return [this.#take(long), this.#take(short)];
    }
    return undefined;
  }

  #has(length: number): boolean {
    return (((this.#bits[length >>> 5] as number) >>> (length & 31)) & 1) === 1;
  }

  /** The length of the longest piece of at most `length` tokens, 0 if there is none. */
  #longest(length: number): number {
    if (length <= 0) return 0;
    let word = length >>> 5;
    let bits = (this.#bits[word] as number) & (0xffffffff >>> (31 - (length & 31)));
    while (bits === 0) {
      if (--word < 0) return 0;
      bits = this.#bits[word] as number;
    }
    return word * 32 + 31 - Math.clz32(bits);
  }

  /** The first of a bucket that holds one: the oldest of all is the first of its own. */
  #take(length: number): Piece {
    const bucket = this.#buckets[length] as Waiting[];
    const waiting = bucket.shift() as Waiting;
    waiting.taken = true;
    if (bucket.length === 0) this.#setBit(length, 0);
    this.size--;
    return waiting.piece;
  }

  #setBit(length: number, bit: 0 | 1): void {
    const word = this.#bits[length >>> 5] as number;
    const mask = 1 << (length & 31);
    this.#bits[length >>> 5] = bit === 1 ? word | mask : word & ~mask;
  }
}
