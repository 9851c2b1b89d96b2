// Steps of a model over one set of pages.

import type { PagedCache } from "@ryanstream/kernels";
import { type DecoderLimits, type DecoderProgram, decoderProgram } from "./decoder.js";
import type { DecoderConfig } from "./decoder-config.js";
import type { DecoderWeights } from "./decoder-weights.js";
import { ensure } from "./errors.js";

/** The rows of a step. */
export interface Step {
  /** `[rows]`: ids. */
  readonly tokens: Int32Array;
  /** `[rows]`: the row of the table that has each one's sequence. */
  readonly seq: Int32Array;
  /** `[rows]`: the position in its sequence, from 0. */
  readonly pos: Int32Array;
  /** `[sequences * maxPages]`: page numbers; entries that no row reaches may hold anything. */
  readonly table: Int32Array;
  /** Places among the rows, ascending. */
  readonly logitRows: Int32Array;
}

export interface RunStepOptions {
  readonly signal?: AbortSignal;
  readonly into?: Float32Array<ArrayBuffer>;
}

export class DecoderRunner {
  readonly #cache: PagedCache;
  readonly #program: DecoderProgram;
  readonly #vocabularySize: number;
  #running = false;
  #disposed = false;

  /** @internal */
  constructor(
    config: DecoderConfig,
    weights: DecoderWeights,
    cache: PagedCache,
    limits: DecoderLimits,
  ) {
    this.#cache = cache;
    this.#vocabularySize = config.vocabularySize;
    this.#program = decoderProgram(config, weights, cache, limits);
  }

  /** Bytes of keys and values of all pages. */
  get kvBytes(): number {
    return this.#cache.byteLength;
  }

  /** The traced program: `print()`, `profile()` and `cost()` tell what a step does. */
  get program(): DecoderProgram {
    return this.#program;
  }

  /**
   * Runs a step; at most one at a time.
   *
   * @param options.into  an array for the logits, of just their number; default: a new one
   * @returns logits `[logitRows.length, vocabularySize]`
   * @throws ModelError `ERR_ARGUMENT` during another step, `ERR_DISPOSED`; TensorError `ERR_DIM_RANGE` for more rows
   *   than the runner was made for, `ERR_VALUE` for ids and pages that don't exist, before anything is written; the
   *   signal's reason, after which the rows' places hold anything
   */
  async run(step: Step, options: RunStepOptions = {}): Promise<Float32Array> {
    ensure(!this.#disposed, "ERR_DISPOSED", () => "the runner has been disposed of");
    ensure(!this.#running, "ERR_ARGUMENT", () => "expected one step at a time, found two");
    this.#running = true;
    try {
      return (await this.#program.run({ ...step }, { ...options })) as Float32Array;
    } finally {
      this.#running = false;
    }
  }

  /** Copies the keys and values of a page to another, in all layers. Never during a step. */
  copyPage(from: number, to: number): void {
    ensure(!this.#running, "ERR_ARGUMENT", () => "expected no step while a page is copied");
    for (const { keys, values } of this.#cache.layers) {
      for (const { buffer, shape, byteLength } of [keys, values]) {
        const bytes = byteLength / (shape[0] as number);
        const page = new Uint8Array(bytes);
        buffer.read(from * bytes, page);
        buffer.write(to * bytes, page);
      }
    }
  }

  get vocabularySize(): number {
    return this.#vocabularySize;
  }

  /** Frees the program's memory and the pages. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#program.dispose();
    this.#cache.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
