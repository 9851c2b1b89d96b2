// Weights of an open model in f32, by the names of its files.

import type { RowRange, TensorSource } from "@ryanstream/format";
import type { WeightNames } from "../weight-names.js";

export class WeightReader {
  readonly names: WeightNames;
  readonly #source: TensorSource;

  constructor(source: TensorSource, names: WeightNames) {
    this.#source = source;
    this.names = names;
  }

  has(name: string): boolean {
    return this.#source.tensors.has(name);
  }

  async read(
    name: string,
    signal: AbortSignal | undefined,
    rows?: RowRange,
  ): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#source.readF32(name, { rows, signal })) as Float32Array<ArrayBuffer>;
  }
}
