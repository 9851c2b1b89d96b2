// Finds the end of a text that arrives in parts. What could be the beginning of a stop string is
// held back until more text decides. D. E. Knuth, J. H. Morris, V. R. Pratt, "Fast pattern matching
// in strings", 1977.

/** One stop string, and how far a text has got in it. */
class StopString {
  matched = 0;
  /** By length matched: the next shorter one that the same text matches too. */
  readonly #shorter: Int32Array;

  constructor(readonly text: string) {
    this.#shorter = new Int32Array(text.length + 1);
    for (let length = 2; length <= text.length; length++) {
      const unit = text.charCodeAt(length - 1);
      this.#shorter[length] = this.#after(this.#shorter[length - 1] as number, unit);
    }
  }

  /** @returns whether the string is complete with this unit. */
  push(unit: number): boolean {
    this.matched = this.#after(this.matched, unit);
    return this.matched === this.text.length;
  }

  /** The length matched after `matched` and one more unit. */
  #after(matched: number, unit: number): number {
    let length = matched;
    while (length > 0 && this.text.charCodeAt(length) !== unit) {
      length = this.#shorter[length] as number;
    }
    return this.text.charCodeAt(length) === unit ? length + 1 : 0;
  }
}

/** Where a text stands: all that a matcher knows. */
export interface StopMark {
  /** Text that could begin a stop string. */
  readonly held: string;
  readonly stoppedBy: string | undefined;
}

/** Finds stop strings in a text that comes in parts, over any borders. */
export class StopMatcher {
  readonly #stops: readonly StopString[];
  #held = "";
  #stoppedBy: string | undefined;

  /** @param stops  not empty, each of them. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.map((text) => new StopString(text));
  }

  /** The stop string that was complete first; of several, the longest. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** What is held back. */
  get held(): string {
    return this.#held;
  }

  /** The text that is certain to come before any stop string, as far as it is new. */
  push(text: string): string {
    if (this.#stoppedBy !== undefined) return "";
    const all = this.#held + text;
    for (let i = this.#held.length; i < all.length; i++) {
      const unit = all.charCodeAt(i);
      for (const stop of this.#stops) {
        if (stop.push(unit) && stop.text.length > (this.#stoppedBy?.length ?? 0)) {
          this.#stoppedBy = stop.text;
        }
      }
      if (this.#stoppedBy !== undefined) {
        this.#held = "";
        return all.slice(0, i + 1 - this.#stoppedBy.length);
      }
    }
    let hold = 0;
    for (const { matched } of this.#stops) hold = Math.max(hold, matched);
    this.#held = all.slice(all.length - hold);
    return all.slice(0, all.length - hold);
  }

  /** What was held back: no stop string came. */
  end(): string {
    const text = this.#held;
    this.rollback({ held: "", stoppedBy: this.#stoppedBy });
    return text;
  }

  mark(): StopMark {
    return { held: this.#held, stoppedBy: this.#stoppedBy };
  }

  /** Goes back to where the mark was made. */
  rollback({ held, stoppedBy }: StopMark): void {
    // How far each string is matched follows from what is held: it is the longest of the matches.
    for (const stop of this.#stops) {
      stop.matched = 0;
      for (let i = 0; i < held.length; i++) stop.push(held.charCodeAt(i));
    }
    this.#held = held;
    this.#stoppedBy = stoppedBy;
  }
}
