// What an append resolves to: the logits of some of its rows.

import { ensure } from "./errors.js";

/** The logits of an append: `rows` rows of `vocabularySize` numbers each, row i for what follows token i. */
export class Logits {
  readonly vocabularySize: number;
  #rows: readonly Float32Array[];
  #release: (() => void) | undefined;

  /**
   * @param rows  one array of `vocabularySize` numbers each.
   * @param release  called when they are disposed of.
   */
  constructor(vocabularySize: number, rows: readonly Float32Array[], release?: () => void) {
    this.vocabularySize = vocabularySize;
    this.#rows = rows;
    this.#release = release;
  }

  /** As many as tokens for `"all"`, 1 for `"last"`, 0 for `"none"`. */
  get rows(): number {
    return this.#rows.length;
  }

  /**
   * A row, yours to change. It is a view into the results of a whole step: `slice()` what you keep for long, and
   * never transfer its `buffer` to another thread.
   *
   * @throws SchedulerError ERR_ARGUMENT if there is no such row.
   */
  row(index: number): Float32Array {
    const row = this.#rows[index];
    ensure(
      row !== undefined,
      "ERR_ARGUMENT",
      () => `logits: expected a row below ${this.rows}, found ${index}`,
    );
    return row;
  }

  /** The last row: what follows the last token. */
  get last(): Float32Array {
    return this.row(this.rows - 1);
  }

  /**
   * Lets the engine write later logits to this memory, in place of new memory: then no row may be read any more, and
   * there are none. Optional, and faster where every token's logits are of use only once. Idempotent.
   */
  [Symbol.dispose](): void {
    this.#rows = [];
    this.#release?.();
    this.#release = undefined;
  }
}
