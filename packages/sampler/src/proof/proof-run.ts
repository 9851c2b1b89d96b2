// A run: its events for one `for await`, and its result for an `await`.

import type { ProofEvent, ProofResult } from "./events.js";

/**
 * Nothing runs before it is iterated or awaited. Awaited after or during its iteration it gives the result when the iteration has
 * come to the end, to which it must be brought; awaited alone it runs by itself.
 */
export class ProofRun implements AsyncIterableIterator<ProofEvent>, PromiseLike<ProofResult> {
  readonly #events: AsyncGenerator<ProofEvent, ProofResult>;
  readonly #result: Promise<ProofResult>;
  #settle!: { resolve(result: ProofResult): void; reject(error: unknown): void };
  #isIterated = false;

  constructor(events: AsyncGenerator<ProofEvent, ProofResult>) {
    this.#events = events;
    this.#result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#result.catch(() => {}); // who iterates gets the error there
  }

  async next(): Promise<IteratorResult<ProofEvent, undefined>> {
    this.#isIterated = true;
    try {
      const { done, value } = await this.#events.next();
      if (!done) return { done: false, value };
      this.#settle.resolve(value);
      return { done: true, value: undefined };
    } catch (error) {
      this.#settle.reject(error);
      throw error;
    }
  }

  /** Ends it early; then there is no result. */
  async return(): Promise<IteratorResult<ProofEvent, undefined>> {
    this.#isIterated = true;
    try {
      await this.#events.return(undefined as never);
    } finally {
      this.#settle.reject(new DOMException("the run was ended before its result", "AbortError"));
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then<A = ProofResult, B = never>(
    fulfilled?: ((result: ProofResult) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#isIterated) void this.#drain();
    return this.#result.then(fulfilled, rejected);
  }

  async #drain(): Promise<void> {
    try {
      while (!(await this.next()).done);
    } catch {
      // The result has it.
    }
  }
}
