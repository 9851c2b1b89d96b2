// The pages of all sequences: which are free, how many sequences share each, and how
// many of the free ones are promised to appends that have been admitted.

export class PagePool {
  readonly size: number;
  readonly #references: Uint32Array;
  readonly #free: Uint32Array;
  #freeCount: number;
  #reserved = 0;

  constructor(size: number) {
    this.size = size;
    this.#references = new Uint32Array(size);
    // The lowest are given out first.
    this.#free = Uint32Array.from({ length: size }, (_, i) => size - 1 - i);
    this.#freeCount = size;
  }

  /** Pages that no sequence holds. */
  get free(): number {
    return this.#freeCount;
  }

  /** Free pages that are promised. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Free pages that can still be promised. */
  get available(): number {
    return this.#freeCount - this.#reserved;
  }

  /** Promises pages; there must be as many available. */
  reserve(count: number): Reservation {
    if (count > this.available) throw new RangeError(`${count} pages of ${this.available}`);
    this.#reserved += count;
    return new Reservation(count, {
      take: () => {
        this.#reserved--;
        const page = this.#free[--this.#freeCount] as number;
        this.#references[page] = 1;
        return page;
      },
      giveUp: (left) => {
        this.#reserved -= left;
      },
    });
  }

  isShared(page: number): boolean {
    return (this.#references[page] as number) > 1;
  }

  /** Another holder. */
  share(page: number): void {
    (this.#references[page] as number)++;
  }

  /** A holder less; the last one frees it. */
  release(page: number): void {
    if (--(this.#references[page] as number) === 0) this.#free[this.#freeCount++] = page;
  }
}

/** Free pages that are promised to one append. */
export class Reservation {
  #left: number;
  readonly #pool: { take(): number; giveUp(left: number): void };

  constructor(count: number, pool: { take(): number; giveUp(left: number): void }) {
    this.#left = count;
    this.#pool = pool;
  }

  /** A page with one holder. */
  take(): number {
    if (this.#left === 0) throw new RangeError("a page that was not reserved");
    this.#left--;
    return this.#pool.take();
  }

  /** Gives up what was not taken. */
  [Symbol.dispose](): void {
    this.#pool.giveUp(this.#left);
    this.#left = 0;
  }
}
