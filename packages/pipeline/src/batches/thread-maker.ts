// Makes batches on a thread of their own: asks it for them, and gets their arrays without a
// copy. The thread makes only what was asked for, so no more batches wait than are read ahead.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ensure, PipelineError } from "../errors.js";
import type { TokenShards } from "../shards/token-shards.js";
import type { BatchJob, BatchMaker } from "./batch-maker.js";
import type { Batch } from "./build-batch.js";
import { type Reply, type Request, type ThreadStart, unpackError } from "./thread-messages.js";

interface Waiting {
  resolve(batch: Batch | undefined): void;
  reject(error: unknown): void;
}

export class ThreadMaker implements BatchMaker {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #requests = 0;
  #holds = 0;
  #failure: { readonly error: unknown } | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    private readonly source: TokenShards,
    private readonly job: BatchJob,
    stop: AbortSignal,
  ) {
    const ended = () => {
      this.#fail(stop.reason);
      void this.end();
    };
    if (stop.aborted) ended();
    else stop.addEventListener("abort", ended, { once: true });
  }

  async make(): Promise<Batch | undefined> {
    if (this.#failure) throw this.#failure.error;
    ensure(
      !this.source.disposed,
      "ERR_DISPOSED",
      () => `the shards in ${this.source.folder} were disposed of`,
    );
    this.#worker ??= this.#start();
    const request = this.#requests++;
    const reply = new Promise<Batch | undefined>((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
    });
    this.#send(request);
    return reply;
  }

  /** A thread alone doesn't keep the process alive: what is read ahead may never be asked for. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#worker?.ref();
    try {
      return await promise;
    } finally {
      if (--this.#holds === 0) this.#worker?.unref();
    }
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.hold(this.#ending);
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || worker.threadId === -1) return;
    const exit = once(worker, "exit");
    this.#send("end");
    await exit.catch(() => undefined); // an error of the thread has been told
  }

  #start(): Worker {
    const { folder, fingerprint } = this.source;
    const workerData: ThreadStart = { folder, fingerprint, job: this.job };
    // No flags of the process: some, such as --input-type, are not for a file.
    const options = { workerData, execArgv: [], name: "ryanstream-batches" };
    const worker = import.meta.url.endsWith(".ts")
      ? new Worker(new URL("../../dev/batch-thread.mjs", import.meta.url), options)
      : new Worker(new URL("./batch-thread.js", import.meta.url), options);
    worker.on("message", ({ request, batch, error }: Reply) => {
      const waiting = this.#waiting.get(request);
      this.#waiting.delete(request);
      if (error) waiting?.reject(unpackError(error));
      else waiting?.resolve(batch);
    });
    worker.on("error", (cause) => this.#fail(threadError(cause)));
    worker.on("exit", () => this.#fail(threadError(undefined)));
    if (this.#holds === 0) worker.unref();
    return worker;
  }

  #send(request: Request): void {
    this.#worker?.postMessage(request);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.values()) reject(this.#failure.error);
    this.#waiting.clear();
  }
}

function threadError(cause: unknown): PipelineError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new PipelineError("ERR_THREAD", `the thread that makes batches ended early${why}`, {
    cause,
  });
}
