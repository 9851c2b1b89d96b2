// Choices that made a line false, which are not made again after the same beginning.

export class FailedChoices {
  /** By the tokens of the line before the choice. */
  readonly #failed = new Map<string, number[]>();

  /** @param line  tokens of the line; @param choice  place of the one that made it false */
  add(line: readonly number[], choice: number): void {
    const token = line[choice];
    if (token === undefined) return;
    const before = line.slice(0, choice).join();
    this.#failed.set(before, [...(this.#failed.get(before) ?? []), token]);
  }

  /** Tokens that may not follow this beginning of the line. */
  after(line: readonly number[]): readonly number[] | undefined {
    return this.#failed.get(line.join());
  }
}
