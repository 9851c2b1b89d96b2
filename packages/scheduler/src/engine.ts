// An engine owns the memory for keys and values and the loop that runs steps.

import { type EngineOptions, engineSizes } from "./engine-options.js";
import { ensure, SchedulerError } from "./errors.js";
import { LiveSession, type SessionHost } from "./live-session.js";
import { PagePool } from "./memory/page-pool.js";
import { Sequence } from "./memory/sequence.js";
import type { EngineModel } from "./model.js";
import type { Session } from "./session.js";
import { StepLoop } from "./steps/step-loop.js";

/** What an engine is at, at one moment. */
export interface EngineStats {
  /** Pages of all sessions together: `freePages + usedPages`. */
  readonly pages: number;
  readonly freePages: number;
  readonly usedPages: number;
  /** Free pages that are promised to appends under way. */
  readonly reservedPages: number;
  readonly sessions: number;
  /** Appends that have their memory and are not done. */
  readonly active: number;
  /** Appends that wait for memory. */
  readonly waiting: number;
  /** Steps begun since the engine was made. */
  readonly steps: number;
  /** Rows (tokens) of these steps. */
  readonly rows: number;
}

/** Runs the sessions of one model, all of them in the same steps. */
export class Engine {
  readonly vocabularySize: number;
  /** Tokens of the longest sequence that the model, the memory and `options.maxLength` allow. */
  readonly maxLength: number;
  readonly #pool: PagePool;
  readonly #pageSize: number;
  readonly #loop: StepLoop;
  readonly #host: SessionHost;
  #stopped: Promise<void> | undefined;

  /**
   * Takes all memory for keys and values now. The model stays the caller's, and must outlive the engine. What its
   * `createRunner` throws is thrown on.
   *
   * @throws SchedulerError ERR_ARGUMENT; ERR_MEMORY if `options.memory` is less than one page.
   */
  constructor(model: EngineModel, options: EngineOptions) {
    const sizes = engineSizes(model, options);
    const { vocabularySize, maxLength, whenFull, stallTimeout, ...runner } = sizes;
    this.vocabularySize = vocabularySize;
    this.maxLength = maxLength;
    this.#pageSize = sizes.pageSize;
    this.#pool = new PagePool(sizes.pages);
    this.#loop = new StepLoop(sizes, model.createRunner(runner), this.#pool);
    let order = 0;
    const nextOrder = () => order++;
    this.#host = { loop: this.#loop, vocabularySize, maxLength, whenFull, nextOrder };
  }

  /**
   * A session without tokens; it takes memory when it gets some.
   *
   * @throws SchedulerError ERR_DISPOSED.
   */
  createSession(): Session {
    ensure(
      this.#stopped === undefined,
      "ERR_DISPOSED",
      () => "createSession: expected a live engine, found one that was disposed of",
    );
    return new LiveSession(this.#host, new Sequence(this.#pool, this.#pageSize));
  }

  get stats(): EngineStats {
    const { size, free, reserved } = this.#pool;
    return {
      pages: size,
      freePages: free,
      usedPages: size - free,
      reservedPages: reserved,
      sessions: this.#loop.sequences.size,
      active: this.#loop.active,
      waiting: this.#loop.waiting,
      steps: this.#loop.steps,
      rows: this.#loop.rows,
    };
  }

  /**
   * Ends all sessions: appends under way reject with ERR_DISPOSED at once. The model's memory is given back now, or
   * when the step that runs is over. Idempotent.
   */
  [Symbol.dispose](): void {
    const error = () => new SchedulerError("ERR_DISPOSED", "append: the engine was disposed of");
    this.#stopped ??= this.#loop.stop(error());
  }

  /** As `Symbol.dispose`, and waits until the model's memory is given back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.#stopped;
  }
}
