// Weights of an open model in f32, by the names of its files: matrices with their outlier columns.

import type { RowRange, TensorSource } from "@ryanstream/format";
import { outlierTensors, readOutlierColumns } from "../outlier-tensors.js";
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

  /** A vector, or some rows of an embedding. */
  async read(
    name: string,
    signal: AbortSignal | undefined,
    rows?: RowRange,
  ): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#source.readF32(name, { rows, signal })) as Float32Array<ArrayBuffer>;
  }

  /** A matrix as it multiplies: what is held apart of some columns is added to them. */
  async readMatrix(
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array<ArrayBuffer>> {
    const [n, k] = this.#source.info(name).shape as readonly [number, number];
    const values = await this.read(name, signal);
    const outliers = outlierTensors(this.#source, name, [n, k]);
    if (outliers === undefined) return values;
    const columns = await readOutlierColumns(this.#source, outliers, k, signal);
    const own = await this.read(outliers.weight.name, signal);
    const width = outliers.spec.k;
    for (let r = 0; r < n; r++) {
      for (const [i, c] of columns.entries()) {
        values[r * k + c] = (values[r * k + c] as number) + (own[r * width + i] as number);
      }
    }
    return values;
  }
}
