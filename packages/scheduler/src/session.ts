// A session is one sequence. Everything that decodes is ordinary code over these few
// methods; batching happens below.

import type { Logits } from "./logits.js";

/** Which rows of an append give logits. */
export type Want = "last" | "all" | "none";

/** What an append does while there is no memory for it. */
export type WhenFull = "wait" | "fail";

/** How far an append is that takes several steps. */
export interface AppendProgress {
  /** Tokens that steps have processed. */
  readonly done: number;
  /** Tokens of the append. */
  readonly total: number;
}

export interface AppendOptions {
  /** Cancels the append: it rejects with `signal.reason`, and the session is as before the call. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the engine's. */
  readonly whenFull?: WhenFull | undefined;
  /**
   * Called after each step that processed a part of the tokens, but not after the last one: that the promise tells. If it
   * throws, the append rejects with that.
   */
  readonly onProgress?: ((progress: AppendProgress) => void) | undefined;
}

/**
 * One sequence of tokens whose keys and values the engine holds. Made by {@link Engine.createSession} and {@link fork}.
 * After any append that rejects, for whatever reason, the session holds what it held before the call.
 */
export interface Session {
  /** Tokens whose keys and values are held. Changes when an append resolves, not before. */
  readonly length: number;
  /** The most tokens that it can hold. */
  readonly maxLength: number;
  /** Whether an append is under way. Until it settles, `append`, `truncate` and `fork` are refused. */
  readonly busy: boolean;
  /**
   * Adds tokens (at least one; they are copied) and computes logits. Appends of many sessions that are made in the
   * same tick run in one step; long ones run in parts, between which other sessions go on.
   *
   * @param want  the rows whose logits are wanted; default `"last"`.
   * @throws SchedulerError (all as rejections) ERR_ARGUMENT; ERR_TOKEN for an id outside the vocabulary; ERR_LENGTH
   * beyond `maxLength`; ERR_BUSY; ERR_MEMORY; ERR_STALLED; ERR_RUN when the model fails; ERR_DISPOSED.
   */
  append(tokens: ArrayLike<number>, want?: Want, options?: AppendOptions): Promise<Logits>;
  /**
   * Forgets all tokens from `length` on, and gives back the pages that hold nothing else.
   *
   * @throws SchedulerError ERR_ARGUMENT unless 0 <= length <= this.length; ERR_BUSY; ERR_DISPOSED.
   */
  truncate(length: number): void;
  /**
   * A second session with the same tokens. It shares the pages; the first append to a page that is partly filled
   * and shared copies that page.
   *
   * @throws SchedulerError ERR_BUSY; ERR_DISPOSED.
   */
  fork(): Session;
  /**
   * Gives everything back. An append under way rejects with ERR_DISPOSED at once; if its rows are in the step that
   * runs, its pages come back when that step is over. Idempotent.
   */
  [Symbol.dispose](): void;
}
