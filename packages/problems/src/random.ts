// Random numbers that depend on nothing but a key and a counter: Philox 4x32 with ten rounds
// (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The upper 32 bits of a product of two unsigned 32-bit integers. */
function high(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const cross = a0 * b1 + (middle % 0x10000);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

export type Counter = readonly [number, number, number, number];

/** Four unsigned 32-bit numbers of a counter under a key. */
export function philox(counter: Counter, key: readonly [number, number]): Counter {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [h0, l0] = [high(MULTIPLIER_0, c0), Math.imul(MULTIPLIER_0, c0)];
    const [h1, l1] = [high(MULTIPLIER_1, c2), Math.imul(MULTIPLIER_1, c2)];
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1 >>> 0, (h0 ^ c3 ^ k1) >>> 0, l0 >>> 0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** A stream of random numbers: the values of one key at the counters `(0…, index, lane)`. */
export class Random {
  readonly #key: readonly [number, number];
  readonly #index: number;
  readonly #lane: number;
  #block = 0;
  #values: Counter = [0, 0, 0, 0];
  #used = 4;

  /** `seed` and `index` are safe integers from 0, `lane` is an unsigned 32-bit integer. */
  constructor(seed: number, index: number, lane: number) {
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    this.#index = index;
    this.#lane = lane >>> 0;
  }

  #next(): number {
    if (this.#used === 4) {
      const index = this.#index;
      const counter: Counter = [
        this.#block++,
        index >>> 0,
        Math.floor(index / 2 ** 32),
        this.#lane,
      ];
      this.#values = philox(counter, this.#key);
      this.#used = 0;
    }
    return this.#values[this.#used++] as number;
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  /** An integer from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.uniform() * (most - least + 1));
  }

  /** An integer of exactly so many digits; a single digit is at least 2. */
  digits(count: number): number {
    return count <= 1 ? this.int(2, 9) : this.int(10 ** (count - 1), 10 ** count - 1);
  }

  /** One of the choices. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)] as T;
  }

  /** Several different ones of the choices, in random order. */
  sample<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices];
    return Array.from(
      { length: count },
      () => left.splice(this.int(0, left.length - 1), 1)[0] as T,
    );
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }
}
