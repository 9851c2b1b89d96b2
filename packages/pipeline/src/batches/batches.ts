// Batches one after the other, the next ones read ahead while the caller works.

import { createHash } from "node:crypto";
import { describe, integer } from "../check.js";
import { ensure } from "../errors.js";
import { type Packing, type PackingOptions, packing } from "../packing/epoch-plan.js";
import { TokenShards } from "../shards/token-shards.js";
import { type BatchMaker, LocalMaker } from "./batch-maker.js";
import type { Batch, TokenSource } from "./build-batch.js";
import { ThreadMaker } from "./thread-maker.js";

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
  /**
   * Where batches are read and put together: on a thread of their own, which opens the shards by their
   * folder once more, or on the caller's, for any source. Default: `"own"` for `TokenShards`,
   * `"caller"` for other sources.
   */
  readonly thread?: "own" | "caller";
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

export class Batches implements AsyncIterableIterator<Batch> {
  readonly #maker: BatchMaker;
  readonly #prefetch: number;
  readonly #signal: AbortSignal | undefined;
  readonly #ahead: Promise<Batch | undefined>[] = [];
  #state: BatchState;
  #giving: Promise<unknown> = Promise.resolve();
  readonly #end = new AbortController();

  constructor(source: TokenSource, options: BatchesOptions) {
    const chosen = packing(options);
    const { start, epochs = Number.POSITIVE_INFINITY, ranks = 1 } = options;
    this.#prefetch = integer(options.prefetch ?? 2, "prefetch", 0, 64);
    const rows = chosen.batch / integer(ranks, "ranks", 1, chosen.batch);
    integer(rows, `batch / ranks (${chosen.batch} / ${ranks})`, 1, chosen.batch);
    const job = {
      packing: chosen,
      epochs: epochs === Number.POSITIVE_INFINITY ? epochs : integer(epochs, "epochs", 0, 2 ** 32),
      padToken: integer(options.padToken ?? 0, "padToken", 0, 2 ** 31 - 1),
      firstRow: integer(options.rank ?? 0, "rank", 0, ranks - 1) * rows,
      rows,
      start: {
        epoch: integer(start?.epoch ?? 0, "start.epoch", 0, 2 ** 32 - 1),
        step: integer(start?.step ?? 0, "start.step", 0, Number.MAX_SAFE_INTEGER),
      },
    };
    const plan = planHash(source, chosen);
    ensure(
      start?.plan === undefined || start.plan === plan,
      "ERR_ARGUMENT",
      () =>
        `start: the state is from other data or options (plan ${start?.plan}, here ${plan}), its steps have other batches`,
    );
    this.#state = { ...job.start, plan };
    this.#signal = options.signal;
    const stop = AbortSignal.any([this.#end.signal, ...(options.signal ? [options.signal] : [])]);
    const shards = threadSource(source, options.thread);
    this.#maker = shards ? new ThreadMaker(shards, job, stop) : new LocalMaker(source, job, stop);
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
    this.#ahead.length = 0;
    await this.#maker.end();
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
      while (this.#ahead.length <= this.#prefetch) this.#ahead.push(this.#make());
      const batch = await this.#maker.hold(this.#ahead.shift() ?? this.#make());
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

  #make(): Promise<Batch | undefined> {
    const batch = this.#maker.make();
    batch.catch(() => undefined); // whoever takes it from the queue gets the error
    return batch;
  }
}

/** The shards that a thread of its own can open; undefined where the caller's is to be used. */
function threadSource(source: TokenSource, thread: unknown): TokenShards | undefined {
  ensure(
    thread === undefined || thread === "own" || thread === "caller",
    "ERR_ARGUMENT",
    () => `thread: expected "own" or "caller", found ${describe(thread)}`,
  );
  if (thread === "caller") return undefined;
  if (source instanceof TokenShards) return source;
  ensure(
    thread === undefined,
    "ERR_ARGUMENT",
    () => `thread: "own" is for TokenShards, which a thread can open; found ${describe(source)}`,
  );
  return undefined;
}

function planHash({ fingerprint }: TokenSource, packing: Packing): string {
  const { seed, batch, length, window, maxPadding } = packing;
  const content = JSON.stringify([1, fingerprint, seed, batch, length, window, maxPadding]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
