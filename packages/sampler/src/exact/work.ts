// A bound on what a comparison may cost, counted rather than timed: the same input always gets the same verdict.

/** Says that a budget is used up. Caught where the budget was made. */
export class OutOfWork extends Error {}

export class Work {
  constructor(public left: number) {}

  /** @throws {@link OutOfWork} when nothing is left. */
  spend(units: number): void {
    this.left -= units;
    if (this.left < 0) throw new OutOfWork("out of work");
  }

  /** What `compute` gives with at most `units` of what is left; `undefined` if that isn't enough. */
  within<T>(units: number, compute: (part: Work) => T): T | undefined {
    const most = Math.min(units, this.left);
    const part = new Work(most);
    try {
      return compute(part);
    } catch (error) {
      if (error instanceof OutOfWork) return undefined;
      throw error;
    } finally {
      this.left -= most - Math.max(0, part.left);
    }
  }
}
