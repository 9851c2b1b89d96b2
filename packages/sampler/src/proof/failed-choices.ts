// Choices that made a line false, which are not made again after the same beginning.

import type { LineToken } from "./writer.js";

const keyOf = (line: readonly LineToken[]): string => line.map(({ token }) => token).join();

export class FailedChoices {
  /** By the tokens of the line before the choice. */
  readonly #failed = new Map<string, number[]>();

  /** @param choice  place of the token in the line that made it false */
  add(line: readonly LineToken[], choice: number): void {
    const failed = line[choice];
    if (failed === undefined) return;
    const key = keyOf(line.slice(0, choice));
    this.#failed.set(key, [...(this.#failed.get(key) ?? []), failed.token]);
  }

  /** Tokens that may not follow this beginning of the line. */
  after(line: readonly LineToken[]): readonly number[] | undefined {
    return this.#failed.size === 0 ? undefined : this.#failed.get(keyOf(line));
  }
}
