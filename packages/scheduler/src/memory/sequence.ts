// The pages of one sequence. Only what an append reserved is ever taken, so that an
// append that has started can't run out of memory.

import type { PagePool, Reservation } from "./page-pool.js";

export class Sequence {
  /** Tokens that are committed. */
  length = 0;
  readonly pages: number[] = [];
  /** Whether it was told to give way to others, and has not grown since. */
  yielded = false;
  /** Whether its owner has given it up. */
  disposed = false;

  constructor(
    readonly pool: PagePool,
    readonly pageSize: number,
  ) {}

  /** The most pages that growing by `count` tokens takes from the pool. */
  pagesToGrow(count: number): number {
    const grown = Math.ceil((this.length + count) / this.pageSize) - this.pages.length;
    return grown + (this.#sharedTail() === undefined ? 0 : 1);
  }

  /**
   * Makes room for tokens up to `length`, beyond what is committed.
   *
   * @param copy  copies a page to another one. When it throws, what is committed is as it was.
   */
  grow(length: number, reserved: Reservation, copy: (from: number, to: number) => void): void {
    const tail = this.#sharedTail();
    if (tail !== undefined) {
      const [shared, own] = [this.pages[tail] as number, reserved.take()];
      try {
        copy(shared, own);
      } catch (error) {
        this.pool.release(own);
        throw error;
      }
      this.pages[tail] = own;
      this.pool.release(shared);
    }
    while (this.pages.length * this.pageSize < length) this.pages.push(reserved.take());
  }

  /** Gives back the pages that hold nothing before `length`, committed or not. */
  truncate(length: number): void {
    this.length = length;
    const kept = Math.ceil(length / this.pageSize);
    while (this.pages.length > kept) this.pool.release(this.pages.pop() as number);
  }

  fork(): Sequence {
    const twin = new Sequence(this.pool, this.pageSize);
    twin.length = this.length;
    for (const page of this.pages) {
      this.pool.share(page);
      twin.pages.push(page);
    }
    return twin;
  }

  /** The index of the last page, if it is partly filled, to be written to next, and not ours alone. */
  #sharedTail(): number | undefined {
    if (this.length % this.pageSize === 0) return undefined;
    const tail = Math.floor(this.length / this.pageSize);
    return this.pool.isShared(this.pages[tail] as number) ? tail : undefined;
  }
}
