// Checkpoints as a series: what has changed since the one before, about a tenth of the bytes. A run that goes on from one is
// near the run that was saved, not the same to the bit.

import { type CheckpointSeries, FormatError, openSeries } from "@ryanstream/format";
import {
  type Checkpointed,
  type CheckpointStore,
  metadataOf,
  OPTIMIZER,
  type RunState,
  restore,
  stateIn,
} from "./run-checkpoint.js";
import { seriesTensors } from "./series-tensors.js";

export class SeriesCheckpoints implements CheckpointStore {
  readonly #series: CheckpointSeries;

  private constructor(series: CheckpointSeries) {
    this.#series = series;
  }

  /** @param onDamage  told of files whose end can't be read, even as to which steps they have */
  static async open(
    folder: string,
    options: { readonly keyframeEvery: number; readonly keep: number },
    onDamage: (error: FormatError) => void,
  ): Promise<SeriesCheckpoints> {
    const series = await openSeries(folder, options);
    for (const { error } of series.damage) onDamage(error);
    return new SeriesCheckpoints(series);
  }

  async steps(): Promise<readonly number[]> {
    return this.#series.steps;
  }

  async save(state: RunState, of: Checkpointed): Promise<void> {
    const tensors = seriesTensors(of.parameters, of.optimizer);
    await this.#series.append({ step: state.step, tensors, metadata: metadataOf(state, of) });
  }

  async load(step: number, into: Checkpointed): Promise<RunState> {
    const { tensors, metadata } = await this.#series.read(step);
    const file = `${this.#series.folder}, step ${step}`;
    const state = stateIn(metadata, into, file);
    const weights = into.parameters.map(({ name, length }) => {
      const bytes = tensors.get(name)?.data;
      if (bytes?.length === 4 * length) return new Float32Array(bytes.buffer);
      const expected = `${4 * length} bytes`;
      throw new FormatError("ERR_SERIES", { file, tensor: name, expected, found: bytes?.length });
    });
    const states = new Map<string, Uint8Array>();
    for (const [name, { data }] of tensors) {
      if (name.startsWith(OPTIMIZER)) states.set(name.slice(OPTIMIZER.length), data);
    }
    restore(into, weights, states);
    return state;
  }

  clear(step: number): Promise<void> {
    return this.#series.clear(step);
  }
}
