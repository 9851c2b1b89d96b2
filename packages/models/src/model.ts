// A loaded model: what it is, its weights, and what runs it.

import { type PagedCache, pagedCache } from "@ryanstream/kernels";
import type { DecoderConfig } from "./decoder-config.js";
import { countNumbers, type DecoderWeights, parametersOf } from "./decoder-weights.js";
import { ensure } from "./errors.js";
import { type KvType, kvBytesPerPosition } from "./kv-type.js";
import { DecoderRunner } from "./runner.js";

export interface RunnerOptions {
  /** Pages of all sequences together. */
  readonly pages: number;
  /** Positions of a page, a multiple of 16. */
  readonly pageSize: number;
  /** Rows of the page table: sequences that are alive at once. */
  readonly sequences: number;
  /** Columns of the page table: pages of the longest sequence. */
  readonly maxPages: number;
  /** Rows of a step. */
  readonly maxRows: number;
  /** Rows of a step whose logits are wanted. */
  readonly maxLogits: number;
  readonly kvType: KvType;
}

/** A model of {@link loadModel}. Dispose of it after its runners. */
export class Model {
  readonly config: DecoderConfig;
  /** Ids that end an answer, as the model's files name them; none if they don't. */
  readonly endTokens: readonly number[];
  readonly #weights: DecoderWeights;
  #disposed = false;

  /** @internal */
  constructor(config: DecoderConfig, weights: DecoderWeights, endTokens: readonly number[]) {
    this.config = config;
    this.endTokens = endTokens;
    this.#weights = weights;
  }

  get vocabularySize(): number {
    return this.config.vocabularySize;
  }

  /** Tokens of the longest sequence that it was made for. */
  get maxPositions(): number {
    return this.config.maxPositions;
  }

  /** Bytes of all weights in memory. */
  get weightBytes(): number {
    let bytes = 0;
    for (const { byteLength } of parametersOf(this.#weights)) bytes += byteLength;
    return bytes;
  }

  /** Numbers that were trained; a tied embedding counts once. */
  get parameters(): number {
    return countNumbers(this.#weights);
  }

  /** Bytes of the keys and values of one position in all layers. */
  kvBytesPerPosition(type: KvType): number {
    return kvBytesPerPosition(this.config, type);
  }

  /**
   * Memory for keys and values, and the program that fills it: what `Engine` of `@ryanstream/scheduler`
   * asks for.
   *
   * @throws ModelError `ERR_DISPOSED`; TensorError `ERR_ATTRIBUTE` for sizes that can't be
   */
  createRunner(options: RunnerOptions): DecoderRunner {
    ensure(!this.#disposed, "ERR_DISPOSED", () => "the model has been disposed of");
    const { layers, keyHeads, headDim } = this.config;
    const { pages, pageSize, sequences, maxPages, kvType } = options;
    const cache = pagedCache("kv", {
      layers,
      heads: keyHeads,
      headDim,
      pages,
      pageSize,
      sequences,
      maxPages,
      dtype: kvType,
    }) as unknown as PagedCache;
    return new DecoderRunner(this.config, this.#weights, cache, options);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Frees the weights. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const weight of parametersOf(this.#weights)) weight.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
