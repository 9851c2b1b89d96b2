// Batches one after the other, the next ones read ahead while the caller works.

import { createHash } from "node:crypto";
import { integer } from "../check.js";
import { ensure } from "../errors.js";
import { EpochPlan, type Packing, type PackingOptions, packing } from "../packing/epoch-plan.js";
import { type Piece, Pieces } from "../packing/pieces.js";
import { type Batch, buildBatch, type TokenSource } from "./build-batch.js";

/** Where a run is: to be saved in a checkpoint, as JSON. */
export interface BatchState {
  readonly epoch: number;
  /** Batches of this epoch that were given out. */
  readonly step: number;
  /** A hash of the data and of the options that decide what is in a batch. */
  readonly plan: string;
}

export interface BatchesOptions extends PackingOptions {
  /** Epochs in all, the ones before `start` included. Default: without end. */
  readonly epochs?: number;
  /** A `state()` from before: the batches after it follow. Without `plan` nothing is compared. */
  readonly start?: Pick<BatchState, "epoch" | "step"> & Partial<BatchState>;
  /** Batches that are read ahead. Default 2. */
  readonly prefetch?: number;
  /** The token at positions without one. Default 0. */
  readonly padToken?: number;
  /** Of the rows of every batch, this reader gets part `rank` of `ranks` equal ones. Default 0 of 1. */
  readonly rank?: number;
  readonly ranks?: number;
  readonly signal?: AbortSignal;
}

/**
 * The batches of a training run. What is in one is a function of the source, `seed`,
 * `batch`, `length`, `window` and `maxPadding`, of its epoch and its step: not of where
 * the run was resumed, of what is read ahead or of the number of ranks.
 *
 * @throws PipelineError `ERR_ARGUMENT`, also if `start` is from other data or options.
 */
export function batches(source: TokenSource, options: BatchesOptions): Batches {
  return new Batches(source, options);
}

interface Planned {
  readonly epoch: number;
  readonly step: number;
  readonly rows: Piece[][];
}

export class Batches implements AsyncIterableIterator<Batch> {
  readonly #packing: Packing;
  readonly #lengths: Uint32Array;
  readonly #pieces: Pieces;
  readonly #epochs: number;
  readonly #prefetch: number;
  readonly #padToken: number;
  readonly #rank: number;
  readonly #rows: number;
  readonly #signal: AbortSignal | undefined;
  /** Ends planning: the caller's signal, or the end of the run. */
  readonly #stop: AbortSignal;
  readonly #ahead: Promise<Batch | undefined>[] = [];
  #state: BatchState;
  /** What is planned next. */
  #next: { epoch: number; step: number };
  #plan: EpochPlan | undefined;
  #planning: Promise<unknown> = Promise.resolve();
  #giving: Promise<unknown> = Promise.resolve();
  readonly #end = new AbortController();

  constructor(
    private readonly source: TokenSource,
    options: BatchesOptions,
  ) {
    this.#packing = packing(options);
    const { start, epochs = Number.POSITIVE_INFINITY, ranks = 1 } = options;
    this.#epochs =
      epochs === Number.POSITIVE_INFINITY ? epochs : integer(epochs, "epochs", 0, 2 ** 32);
    this.#prefetch = integer(options.prefetch ?? 2, "prefetch", 0, 64);
    this.#padToken = integer(options.padToken ?? 0, "padToken", 0, 2 ** 31 - 1);
    const { batch, length } = this.#packing;
    this.#rows = batch / integer(ranks, "ranks", 1, batch);
    integer(this.#rows, `batch / ranks (${batch} / ${ranks})`, 1, batch);
    this.#rank = integer(options.rank ?? 0, "rank", 0, ranks - 1);
    this.#signal = options.signal;
    this.#stop = AbortSignal.any([this.#end.signal, ...(options.signal ? [options.signal] : [])]);
    const plan = planHash(source, this.#packing);
    ensure(
      start?.plan === undefined || start.plan === plan,
      "ERR_ARGUMENT",
      () =>
        `start: the state is from other data or options (plan ${start?.plan}, here ${plan}), its steps have other batches`,
    );
    this.#next = {
      epoch: integer(start?.epoch ?? 0, "start.epoch", 0, 2 ** 32 - 1),
      step: integer(start?.step ?? 0, "start.step", 0, Number.MAX_SAFE_INTEGER),
    };
    this.#state = { ...this.#next, plan };
    this.#lengths = source.lengths();
    this.#pieces = new Pieces(this.#lengths, length);
  }

  /** After which batch the run is: the last one that was given out. */
  state(): BatchState {
    return this.#state;
  }

  /** The next batch. Rejects with the signal's reason when it is aborted. */
  next(): Promise<IteratorResult<Batch, undefined>> {
    const giving = this.#giving.then(() => this.#give());
    this.#giving = giving.catch(() => undefined);
    return giving;
  }

  /** Ends the run; resolves when nothing is read any more. */
  async return(): Promise<IteratorResult<Batch, undefined>> {
    this.#end.abort();
    await Promise.allSettled(this.#ahead.splice(0));
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #give(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#end.signal.aborted) return { done: true, value: undefined };
    try {
      this.#signal?.throwIfAborted();
      while (this.#ahead.length <= this.#prefetch) this.#ahead.push(this.#read());
      const batch = await this.#ahead.shift();
      this.#signal?.throwIfAborted();
      if (batch === undefined) return await this.return();
      this.#state = { epoch: batch.epoch, step: batch.step + 1, plan: this.#state.plan };
      return { done: false, value: batch };
    } catch (error) {
      const returned = error === this.#end.signal.reason;
      const last = await this.return();
      if (returned) return last;
      throw error;
    }
  }

  /** Plans a batch after those before it, and reads it beside them. */
  #read(): Promise<Batch | undefined> {
    const planned = this.#planning.then(() => this.#planNext());
    this.#planning = planned;
    const batch = planned.then((found) => {
      if (found === undefined || this.#end.signal.aborted) return undefined;
      const { epoch, step } = found;
      const first = this.#rank * this.#rows;
      const shape = {
        epoch,
        step,
        rows: this.#rows,
        length: this.#packing.length,
        padToken: this.#padToken,
        lengths: this.#lengths,
      };
      return buildBatch(this.source, found.rows.slice(first, first + this.#rows), shape);
    });
    batch.catch(() => undefined); // whoever takes it from the queue gets the error
    return batch;
  }

  async #planNext(): Promise<Planned | undefined> {
    if (this.#pieces.count === 0) return undefined;
    while (!this.#end.signal.aborted && this.#next.epoch < this.#epochs) {
      const { epoch, step } = this.#next;
      this.#plan ??= await this.#planFrom(epoch, step);
      const rows = this.#plan.next();
      if (rows.length > 0) {
        this.#next = { epoch, step: step + 1 };
        return { epoch, step, rows };
      }
      this.#plan = undefined;
      this.#next = { epoch: epoch + 1, step: 0 };
    }
    return undefined;
  }

  async #planFrom(epoch: number, step: number): Promise<EpochPlan> {
    const plan = new EpochPlan(this.#pieces, this.#packing, epoch);
    const passed = await plan.skip(step, this.#stop);
    ensure(
      passed === step,
      "ERR_ARGUMENT",
      () => `start.step: expected at most ${passed}, the steps of epoch ${epoch}, found ${step}`,
    );
    return plan;
  }
}

function planHash({ fingerprint }: TokenSource, packing: Packing): string {
  const { seed, batch, length, window, maxPadding } = packing;
  const content = JSON.stringify([1, fingerprint, seed, batch, length, window, maxPadding]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
