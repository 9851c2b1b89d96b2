// Runs layers one at a time over batches of tokens, with the weights of one layer in memory.

import type { DecoderConfig } from "../decoder-config.js";
import { ensure } from "../errors.js";
import { type LayerKey, type LayerProgram, LayerSlots, layerProgram } from "./layer-program.js";
import type { AdvanceOptions, LayerInput, ReplacedMatrices } from "./layered-model.js";
import { projections } from "./listed-tensors.js";
import type { TokenBatch } from "./token-batches.js";
import type { WeightReader } from "./weight-reader.js";

/** Values in place of a matrix's, if there are any. */
export function replacement(
  replace: ReplacedMatrices | undefined,
  name: string,
  elements: number,
): Float32Array | undefined {
  const values = replace?.get(name);
  ensure(
    values === undefined || values.length === elements,
    "ERR_ARGUMENT",
    () => `${name}: expected ${elements} values in its place, found ${values?.length}`,
  );
  return values;
}

interface Traced {
  readonly program: LayerProgram;
  readonly rows: number;
}

export class LayerRunner {
  readonly #weights: WeightReader;
  readonly #config: DecoderConfig;
  readonly #slots: LayerSlots;
  /** The tensor that each slot has; none for values in place of one. */
  readonly #held = new Map<LayerKey, string>();
  /** By window, and whether inputs of matrices are wanted. */
  readonly #programs = new Map<string, Traced>();

  constructor(config: DecoderConfig, weights: WeightReader) {
    this.#config = config;
    this.#weights = weights;
    const biases = new Set<LayerKey>();
    for (let i = 0; i < config.layers; i++) {
      const names = weights.names.layer(i);
      for (const key of projections) {
        if (weights.has(names[`${key}Bias`])) biases.add(`${key}Bias`);
      }
    }
    this.#slots = new LayerSlots(config, biases);
  }

  /**
   * Takes the hidden states of all tokens through a layer, in place.
   *
   * @param rows  tokens of the largest batch
   */
  async run(
    layer: number,
    hidden: Float32Array,
    batches: readonly TokenBatch[],
    rows: number,
    { replace, onInput, signal }: AdvanceOptions,
  ): Promise<void> {
    await this.#load(layer, replace, signal);
    const { width, heads, headDim, hidden: inner } = this.#config;
    const program = this.#programFor(layer, rows, onInput !== undefined);
    const widths: Record<LayerInput, number> = {
      "attention-in": width,
      "attention-out": heads * headDim,
      "ffn-in": width,
      "ffn-out": inner,
    };
    const wanted = onInput === undefined ? [] : (Object.entries(widths) as [LayerInput, number][]);
    const rooms = wanted.map(([input, size]) => ({
      input,
      size,
      room: new Float32Array(rows * size),
    }));
    for (const { first, end, positions, segments } of batches) {
      signal?.throwIfAborted();
      const count = end - first;
      const x = hidden.subarray(first * width, end * width);
      const into: Record<string, Float32Array> = { hidden: x };
      for (const { input, size, room } of rooms) into[input] = room.subarray(0, count * size);
      const options = signal === undefined ? { into } : { into, signal };
      await program.run({ x, positions, segments }, options);
      for (const { input } of rooms) await onInput?.(input, into[input] as Float32Array, count);
    }
  }

  async #load(
    layer: number,
    replace: ReplacedMatrices | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const names = this.#weights.names.layer(layer);
    for (const [key, slot] of this.#slots.slots) {
      signal?.throwIfAborted();
      const name = names[key];
      const instead = replacement(replace, name, slot.length);
      if (instead === undefined && this.#held.get(key) === name) continue;
      this.#held.delete(key);
      if (instead !== undefined) {
        slot.write(instead as Float32Array<ArrayBuffer>);
        continue;
      }
      // Another layer has the bias.
      if (!this.#weights.has(name)) slot.write(new Float32Array(slot.length));
      else if (slot.shape.length === 2) slot.write(await this.#weights.readMatrix(name, signal));
      else slot.write(await this.#weights.read(name, signal));
      this.#held.set(key, name);
    }
  }

  #programFor(layer: number, rows: number, capture: boolean): LayerProgram {
    const window = this.#config.windows[layer];
    const key = `${window} ${capture}`;
    const found = this.#programs.get(key);
    if (found !== undefined && found.rows >= rows) return found.program;
    found?.program.dispose();
    const program = layerProgram(this.#config, this.#slots, { rows, window, capture });
    this.#programs.set(key, { program, rows });
    return program;
  }

  dispose(): void {
    for (const { program } of this.#programs.values()) program.dispose();
    this.#programs.clear();
    this.#slots[Symbol.dispose]();
  }
}
