// An append from its call until its promise settles.

import { Logits } from "../logits.js";
import type { Reservation } from "../memory/page-pool.js";
import type { Sequence } from "../memory/sequence.js";
import type { AppendProgress, Want } from "../session.js";
import type { StepLogits } from "./logits-memory.js";

export class PendingAppend {
  /** Tokens that steps have processed. */
  done = 0;
  /** What it may still take; undefined while it waits for memory. */
  reserved: Reservation | undefined;
  /** Whether its rows are in the step that runs. */
  running = false;
  /** Whether its sequence is free for another. */
  over = false;
  /** Why it is to be rolled back, once that is so. */
  cancelled: { readonly reason: unknown } | undefined;
  readonly promise: Promise<Logits>;
  readonly #rows: Float32Array[] = [];
  readonly #held: StepLogits[] = [];
  #resolve!: (logits: Logits) => void;
  #reject!: (reason: unknown) => void;

  /**
   * @param order  ascending with the calls.
   * @param onOver  called when its sequence is free for another.
   */
  constructor(
    readonly order: number,
    readonly sequence: Sequence,
    readonly tokens: Int32Array,
    readonly want: Want,
    readonly onOver: () => void,
    private readonly onProgress?: (progress: AppendProgress) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Tokens that no step has processed. */
  get rest(): number {
    return this.tokens.length - this.done;
  }

  /** Logits that its next `rows` rows give. */
  logitsOf(rows: number): number {
    if (this.want === "all") return rows;
    return this.want === "last" && rows === this.rest ? 1 : 0;
  }

  /** Takes in the results of its next `rows` rows, a view for each; those of a step, which it holds from now on. */
  advance(rows: number, logits: readonly Float32Array[], of: StepLogits | undefined): void {
    this.done += rows;
    for (const row of logits) this.#rows.push(row); // there may be more than arguments of a call
    if (of !== undefined) this.#held.push(of);
  }

  /** Tells how far it is, between two of its steps. */
  report(): void {
    this.onProgress?.({ done: this.done, total: this.tokens.length });
  }

  /** Makes its tokens part of the sequence. */
  commit(vocabularySize: number): void {
    this.sequence.length += this.tokens.length;
    this.sequence.yielded = false;
    this.#end();
    this.#resolve(new Logits(vocabularySize, this.#rows, () => this.#release()));
  }

  /** Leaves the sequence as it was before the call, or with nothing if it has no owner any more. */
  rollBack(reason: unknown): void {
    this.sequence.truncate(this.sequence.disposed ? 0 : this.sequence.length);
    this.#release();
    this.#end();
    this.reject(reason);
  }

  /** Settles the promise; has no effect when it has settled. */
  reject(reason: unknown): void {
    this.#reject(reason);
  }

  #release(): void {
    for (const step of this.#held.splice(0)) step.release();
  }

  #end(): void {
    this.reserved?.[Symbol.dispose]();
    this.over = true;
    this.onOver();
  }
}
