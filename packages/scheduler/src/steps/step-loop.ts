// Runs steps one after another while there are appends. A step starts in a macrotask
// of its own, after everything that the last one's results set off: so sessions that
// went on together meet again in the next step.

import { ensure, SchedulerError, type SchedulerErrorCode } from "../errors.js";
import type { PagePool } from "../memory/page-pool.js";
import type { Sequence } from "../memory/sequence.js";
import { WaitingLine } from "../memory/waiting-line.js";
import type { Runner, RunnerOptions } from "../model.js";
import type { WhenFull } from "../session.js";
import { buildStep, splitLogits } from "./build-step.js";
import { LogitsMemory, type StepLogits } from "./logits-memory.js";
import type { PendingAppend } from "./pending-append.js";
import { passedOver, type RowShare, shareRows } from "./share-rows.js";
import { givesWay, isDeadlock } from "./stall.js";

type Shares = readonly RowShare<PendingAppend>[];

interface StepResults {
  /** The rows of each share. */
  readonly rowsOf: readonly Float32Array[][];
  /** The array of them all, which the shares with rows hold. */
  readonly held: StepLogits;
}

export interface LoopOptions extends RunnerOptions {
  readonly vocabularySize: number;
  /** Milliseconds that appends wait for memory while nothing runs. */
  readonly stallTimeout: number;
}

export class StepLoop {
  /** All that live, by age. */
  readonly sequences = new Set<Sequence>();
  steps = 0;
  rows = 0;
  readonly #options: LoopOptions;
  readonly #runner: Runner;
  readonly #pool: PagePool;
  readonly #line: WaitingLine<PendingAppend>;
  readonly #table: Int32Array;
  readonly #memory = new LogitsMemory();
  /** Appends that have their memory. */
  #ready: PendingAppend[] = [];
  #owed: PendingAppend | undefined;
  #running: { readonly shares: Shares; readonly abort: AbortController } | undefined;
  /** Settles with the step that runs. */
  #over: Promise<void> = Promise.resolve();
  #scheduled = false;
  #memoryCameBack = false;
  #stall: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: LoopOptions, runner: Runner, pool: PagePool) {
    this.#options = options;
    this.#runner = runner;
    this.#pool = pool;
    this.#line = new WaitingLine(pool);
    this.#table = new Int32Array(options.sequences * options.maxPages);
  }

  /** Appends that wait for memory. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Appends that have their memory and are not done. */
  get active(): number {
    return this.#ready.length;
  }

  /** Takes in an append; its promise tells how it ends. */
  submit(append: PendingAppend, whenFull: WhenFull): void {
    this.#admitWaiting();
    if (this.#line.enter(append, whenFull === "wait")) this.#ready.push(append);
    else if (whenFull === "fail")
      append.rollBack(this.#noRoom("ERR_MEMORY", append, 'whenFull is "fail"'));
    this.#wake();
  }

  /** Ends an append: now, or when the step that has its rows is over. */
  cancel(append: PendingAppend, reason: unknown): void {
    append.cancelled ??= { reason };
    if (append.running) {
      const cancelled = this.#running?.shares.every((share) => share.append.cancelled);
      if (cancelled) this.#running?.abort.abort(reason);
      return;
    }
    this.#line.leave(append);
    this.#ready = this.#ready.filter((other) => other !== append);
    append.rollBack(reason);
    this.memoryCameBack();
  }

  /** To be called when pages were given back. */
  memoryCameBack(): void {
    this.#memoryCameBack = true;
    if (this.#line.length > 0) this.#wake();
    else this.#endStall();
  }

  /** Ends all appends at once; resolves when the step that runs is over and the runner is gone. */
  stop(reason: unknown): Promise<void> {
    if (this.#stopped !== undefined) return this.#stopped;
    const disposeRunner = () => this.#runner[Symbol.dispose]();
    this.#stopped = this.#running ? this.#over.then(disposeRunner) : Promise.resolve();
    for (const sequence of this.sequences) sequence.disposed = true;
    for (const append of [...this.#line.demands(), ...this.#ready]) {
      append.reject(reason);
      this.cancel(append, reason);
    }
    for (const sequence of this.sequences) sequence.truncate(0);
    this.sequences.clear();
    this.#endStall();
    if (!this.#running) disposeRunner();
    return this.#stopped;
  }

  #wake(): void {
    if (this.#scheduled || this.#running || this.#stopped) return;
    if (this.#ready.length === 0 && this.#line.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#step();
    });
  }

  #step(): void {
    this.#admitWaiting();
    if (this.#ready.length === 0) this.#lookForDeadlock();
    if (this.#ready.length === 0) return;
    this.#endStall();
    this.#ready.sort((a, b) => a.order - b.order);
    const { maxRows, maxLogits, sequences } = this.#options;
    const owed = this.#owed?.over ? undefined : this.#owed;
    const shares = shareRows(this.#ready, { maxRows, maxLogits, maxSequences: sequences }, owed);
    this.#owed = passedOver(this.#ready, shares);
    for (const { append, rows } of shares) {
      append.running = true;
      this.rows += rows;
    }
    this.steps++;
    const abort = new AbortController();
    this.#running = { shares, abort };
    this.#over = this.#run(shares, abort.signal);
  }

  async #run(shares: Shares, signal: AbortSignal): Promise<void> {
    let results: StepResults | undefined;
    let failure: unknown;
    try {
      results = this.#handOut(shares, await this.#logitsOf(shares, signal));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      failure = new SchedulerError("ERR_RUN", `step ${this.steps}: ${why}`, { cause });
    }
    this.#running = undefined;
    shares.forEach(({ append, rows }, index) => {
      append.running = false;
      const given = results?.rowsOf[index] ?? [];
      const held = given.length > 0 ? results?.held : undefined;
      if (append.cancelled || results === undefined) {
        held?.release();
        append.rollBack(append.cancelled ? append.cancelled.reason : failure);
      } else append.advance(rows, given, held);
      if (!append.over && append.rest === 0) append.commit(this.#options.vocabularySize);
    });
    this.#ready = this.#ready.filter((append) => !append.over);
    this.#memoryCameBack = true;
    this.#report(shares);
    this.#wake();
  }

  /** Foreign code, which may do anything to any session: so it comes when the step has been settled. */
  #report(shares: Shares): void {
    for (const { append } of shares) {
      if (append.over) continue;
      try {
        append.report();
      } catch (error) {
        if (!append.over) this.cancel(append, error);
      }
    }
  }

  #handOut(shares: Shares, logits: Float32Array): StepResults {
    const rowsOf = splitLogits(shares, logits, this.#options.vocabularySize);
    const holders = rowsOf.filter((rows) => rows.length > 0).length;
    return { rowsOf, held: this.#memory.held(logits, holders) };
  }

  async #logitsOf(shares: Shares, signal: AbortSignal): Promise<Float32Array> {
    for (const { append, rows } of shares) {
      const { sequence, done, reserved } = append;
      sequence.grow(
        sequence.length + done + rows,
        reserved as NonNullable<typeof reserved>,
        (from, to) => this.#runner.copyPage(from, to),
      );
    }
    const step = buildStep(shares, this.#options, this.#table);
    const expected = step.logitRows.length * this.#options.vocabularySize;
    const into = expected > 0 ? this.#memory.take(expected) : undefined;
    const logits = await this.#runner.run(step, into === undefined ? { signal } : { signal, into });
    ensure(
      logits instanceof Float32Array && logits.length === expected,
      "ERR_RUN",
      () => `expected a Float32Array of ${expected} logits, found ${logits?.length} elements`,
    );
    return logits;
  }

  #admitWaiting(): void {
    if (!this.#memoryCameBack) return;
    this.#memoryCameBack = false;
    this.#ready.push(...this.#line.advance());
  }

  #lookForDeadlock(): void {
    if (this.#line.length === 0) return;
    if (isDeadlock(this.sequences, this.#line.demands())) this.#breakStall("all others wait too");
    else if (this.#stall === undefined && this.#options.stallTimeout < Infinity) {
      this.#stall = setTimeout(() => {
        this.#stall = undefined;
        if (this.#running || this.#ready.length > 0 || this.#line.length === 0) return;
        this.#breakStall(`nothing ran for ${this.#options.stallTimeout} ms`);
        this.#wake();
      }, this.#options.stallTimeout);
    }
  }

  #endStall(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
  }

  #breakStall(why: string): void {
    this.#ready.push(...this.#line.advanceHolders());
    if (this.#ready.length > 0) return;
    const append = givesWay(this.sequences, this.#line.demands());
    if (append === undefined) return;
    append.sequence.yielded = true;
    this.cancel(append, this.#noRoom("ERR_STALLED", append, why));
  }

  #noRoom(code: SchedulerErrorCode, append: PendingAppend, why: string): SchedulerError {
    const needed = append.sequence.pagesToGrow(append.tokens.length);
    const others = this.#line.length === 0 ? "" : `, with ${this.#line.length} appends in line`;
    return new SchedulerError(
      code,
      `append of ${append.tokens.length} tokens: expected ${needed} free pages, found ` +
        `${this.#pool.available} of ${this.#pool.size}${others}; ${why}`,
    );
  }
}
