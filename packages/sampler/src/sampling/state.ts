// What a sequence is so far, as far as choosing its next token depends on it. All of it follows from
// the tokens and the text, and is taken back together.

import { ensure } from "../errors.js";
import { describe, integer } from "./check.js";
import type { History } from "./edits/history.js";
import { type StopMark, StopMatcher } from "./stop-matcher.js";

/** A place to come back to. It stays good as long as the sequence isn't rolled back to before it. */
export interface SamplingMark {
  readonly length: number;
  readonly text: StopMark;
}

export class SamplingState implements History {
  readonly promptLength: number;
  /** Which of the sequences with one seed this is. */
  readonly sequence: number;
  readonly #stops: readonly string[];
  readonly #matcher: StopMatcher;
  #tokens: Int32Array;
  #length: number;
  /** By generated tokens before: mirostat's bound on surprise, in bits. Empty where there is no mirostat. */
  #bounds: Float64Array;

  /** See {@link LogitsSampler.start}. @param bound  mirostat's first; NaN where there is none. */
  constructor(prompt: Int32Array, sequence: number, stops: readonly string[], bound: number) {
    this.promptLength = prompt.length;
    this.sequence = sequence;
    this.#tokens = new Int32Array(prompt.length + 256);
    this.#tokens.set(prompt);
    this.#length = prompt.length;
    this.#stops = stops;
    this.#matcher = new StopMatcher(stops);
    this.#bounds = Float64Array.of(...(Number.isNaN(bound) ? [] : [bound]));
  }

  /** The prompt's tokens and those after it, of which `length` count. Not to be changed. */
  get tokens(): Int32Array {
    return this.#tokens;
  }

  get length(): number {
    return this.#length;
  }

  /** Mirostat's bound on surprise for the next token, in bits; NaN without mirostat. */
  get surpriseBound(): number {
    return this.#bounds[this.#length - this.promptLength] ?? Number.NaN;
  }

  /**
   * Adds a token that was chosen elsewhere: `sample` adds its own. Mirostat's bound stays as it is.
   *
   * @throws SamplerError ERR_ARGUMENT for what is no token id.
   */
  push(token: number): void {
    this.add(integer(token, "token", 0, 2 ** 31 - 1), this.surpriseBound);
  }

  /** Adds a token, with mirostat's bound for the one after it. */
  add(token: number, bound: number): void {
    if (this.#length === this.#tokens.length) {
      const tokens = new Int32Array(2 * this.#length);
      tokens.set(this.#tokens);
      this.#tokens = tokens;
    }
    this.#tokens[this.#length++] = token;
    if (this.#bounds.length === 0) return;
    const generated = this.#length - this.promptLength;
    if (generated >= this.#bounds.length) {
      const bounds = new Float64Array(generated + 256);
      bounds.set(this.#bounds);
      this.#bounds = bounds;
    }
    this.#bounds[generated] = bound;
  }

  /** Takes text of tokens, and gives what is certain to come before any stop string, as far as it is new. */
  text(part: string): string {
    return this.#matcher.push(part);
  }

  /** The text that was held back, when no more comes. */
  endText(): string {
    return this.#matcher.end();
  }

  /** Text that could begin a stop string. */
  get heldText(): string {
    return this.#matcher.held;
  }

  /** The stop string that ended the text. */
  get stoppedBy(): string | undefined {
    return this.#matcher.stoppedBy;
  }

  /** Names this place, to come back to it. */
  mark(): SamplingMark {
    return { length: this.#length, text: this.#matcher.mark() };
  }

  /**
   * Goes back: penalties, mirostat, random numbers, held text and all else are as when the mark was made. The same call
   * then draws the same token; another `attempt` draws anew.
   *
   * @throws SamplerError ERR_ARGUMENT for a mark of more tokens than there are, or less than the prompt's.
   */
  rollback(mark: SamplingMark): void {
    const { length } = mark;
    ensure(
      length >= this.promptLength && length <= this.#length,
      "ERR_ARGUMENT",
      () =>
        `mark: expected a length from ${this.promptLength} to ${this.#length}, found ${describe(length)}`,
    );
    this.#length = length;
    this.#matcher.rollback(mark.text);
  }

  /** A second sequence that goes on from here, with random numbers of its own. */
  fork(sequence: number): SamplingState {
    integer(sequence, "sequence", 0, 2 ** 32 - 1);
    const prompt = this.#tokens.slice(0, this.promptLength);
    const copy = new SamplingState(prompt, sequence, this.#stops, Number.NaN);
    copy.#tokens = this.#tokens.slice();
    copy.#length = this.#length;
    copy.#bounds = this.#bounds.slice();
    copy.#matcher.rollback(this.#matcher.mark());
    return copy;
  }
}
