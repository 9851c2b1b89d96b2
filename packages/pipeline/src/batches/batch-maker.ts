// Makes the batches of a run one after the other: plans which pieces are in each, and
// reads them. Batches that were asked for together are read beside each other.

import { ensure } from "../errors.js";
import { EpochPlan, type Packing } from "../packing/epoch-plan.js";
import { type Piece, Pieces } from "../packing/pieces.js";
import { type Batch, buildBatch, type TokenSource } from "./build-batch.js";

/** Which batches to make; plain data, so that it can be sent to a thread. */
export interface BatchJob {
  readonly packing: Packing;
  /** Epochs in all. */
  readonly epochs: number;
  /** The first batch. */
  readonly start: { readonly epoch: number; readonly step: number };
  readonly padToken: number;
  /** The rows of each batch that are made. */
  readonly firstRow: number;
  readonly rows: number;
}

export interface BatchMaker {
  /** The batch after the last one asked for; undefined when the run is over or was stopped. */
  make(): Promise<Batch | undefined>;
  /** Waits for something of its own: the process stays alive until it settles. */
  hold<T>(promise: Promise<T>): Promise<T>;
  /** Resolves when nothing is read any more. To be called after the run was stopped. */
  end(): Promise<void>;
}

/** Makes batches on the thread that asks for them. */
export class LocalMaker implements BatchMaker {
  readonly #lengths: Uint32Array;
  readonly #pieces: Pieces;
  readonly #making = new Set<Promise<unknown>>();
  /** What is planned next. */
  #next: BatchJob["start"];
  #plan: EpochPlan | undefined;
  #planning: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: TokenSource,
    private readonly job: BatchJob,
    private readonly stop: AbortSignal,
  ) {
    this.#lengths = source.lengths();
    this.#pieces = new Pieces(this.#lengths, job.packing.length);
    this.#next = job.start;
  }

  make(): Promise<Batch | undefined> {
    const planned = this.#planning.then(() => this.#planNext());
    this.#planning = planned;
    const making = planned.then((found) => {
      if (found === undefined || this.stop.aborted) return undefined;
      const { firstRow, rows, packing, padToken } = this.job;
      const { epoch, step } = found;
      const lengths = this.#lengths;
      const shape = { epoch, step, rows, length: packing.length, padToken, lengths };
      return buildBatch(this.source, found.rows.slice(firstRow, firstRow + rows), shape);
    });
    this.#making.add(making);
    const made = () => this.#making.delete(making);
    making.then(made, made);
    return making;
  }

  hold<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#making);
  }

  async #planNext(): Promise<{ epoch: number; step: number; rows: Piece[][] } | undefined> {
    if (this.#pieces.count === 0) return undefined;
    while (!this.stop.aborted && this.#next.epoch < this.job.epochs) {
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
    const plan = new EpochPlan(this.#pieces, this.job.packing, epoch);
    const passed = await plan.skip(step, this.stop);
    ensure(
      passed === step,
      "ERR_ARGUMENT",
      () => `start.step: expected at most ${passed}, the steps of epoch ${epoch}, found ${step}`,
    );
    return plan;
  }
}
