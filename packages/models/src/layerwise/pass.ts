// Hidden states on their way through the layers.

import { ensure, ModelError } from "../errors.js";
import type { AdvanceOptions, LayeredPass, LogitsOptions } from "./layered-model.js";
import type { TokenBatch } from "./token-batches.js";

/** What a pass asks its model for. */
export interface PassHost {
  readonly layers: number;
  advance(
    layer: number,
    hidden: Float32Array,
    batches: readonly TokenBatch[],
    options: AdvanceOptions,
  ): Promise<void>;
  logits(
    hidden: Float32Array,
    options: LogitsOptions,
  ): AsyncGenerator<Float32Array, void, undefined>;
}

export class Pass implements LayeredPass {
  readonly tokens: number;
  readonly #host: PassHost;
  readonly #batches: readonly TokenBatch[];
  #hidden: Float32Array | undefined; // f32[tokens, width]
  #layer: number;
  #running = false;

  constructor(host: PassHost, batches: readonly TokenBatch[], hidden: Float32Array, layer = 0) {
    this.#host = host;
    this.#batches = batches;
    this.#hidden = hidden;
    this.#layer = layer;
    this.tokens = batches.at(-1)?.end ?? 0;
  }

  get layer(): number {
    return this.#layer;
  }

  fork(): LayeredPass {
    return new Pass(this.#host, this.#batches, this.#states().slice(), this.#layer);
  }

  async advance(options: AdvanceOptions = {}): Promise<void> {
    const hidden = this.#states();
    ensure(
      this.#layer < this.#host.layers,
      "ERR_ARGUMENT",
      () => `expected at most ${this.#host.layers} layers, found another`,
    );
    this.#running = true;
    try {
      await this.#host.advance(this.#layer, hidden, this.#batches, options);
      this.#layer++;
    } catch (error) {
      this.dispose(); // some rows are a layer further than others
      throw error;
    } finally {
      this.#running = false;
    }
  }

  logits(options: LogitsOptions = {}): AsyncIterable<Float32Array> {
    const hidden = this.#states();
    ensure(
      this.#layer === this.#host.layers,
      "ERR_ARGUMENT",
      () => `expected logits after ${this.#host.layers} layers, found ${this.#layer}`,
    );
    return this.#host.logits(hidden, options);
  }

  dispose(): void {
    this.#hidden = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #states(): Float32Array {
    ensure(!this.#running, "ERR_ARGUMENT", () => "expected one layer at a time, found two");
    if (this.#hidden !== undefined) return this.#hidden;
    throw new ModelError("ERR_DISPOSED", "the pass has been disposed of, or failed in a layer");
  }
}
