/** Does one thing at a time, in the order in which they were asked for; one that fails doesn't keep the next from its turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all that was asked for so far has ended. */
  async over(): Promise<void> {
    await this.#last;
  }
}
