// One training run that is saved as a series, and what comes of going on from its last link.

import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CheckpointSeries,
  openSeries,
  type SeriesOptions,
  type SeriesTensor,
} from "../../../packages/format/src/index.js";
import { OPTIMIZER } from "../../../packages/ryanstream/src/train/run-checkpoint.js";
import { seriesTensors } from "../../../packages/ryanstream/src/train/series-tensors.js";
import type { Corpus } from "../optimizers/corpus.js";
import type { RunKey } from "../optimizers/train.js";
import { Trainer, type TrainingState } from "./trainer.js";

export interface Plan {
  readonly run: RunKey;
  /** Steps between two checkpoints, and how many there are. */
  readonly every: number;
  readonly checkpoints: number;
  /** Other ways to store the same run, by name. */
  readonly variants: Readonly<Record<string, SeriesOptions>>;
  /** Also: states left out, and series without loss. */
  readonly more: boolean;
}

export interface Sizes {
  /** Of all files, whole. */
  readonly bytes: number;
  /** Bytes of the same tensors as they are: f32, or what the series was given. */
  readonly plainBytes: number;
  readonly checkpoints: number;
  readonly parameters: number;
  /** Of the last link, by role. */
  readonly bits: Readonly<Record<string, number>>;
  readonly keyframeBits: number;
  readonly linkBits: number;
  readonly saveSeconds: number;
  readonly readSeconds: number;
}

export interface Outcome {
  /** On held-out data, right after the state is restored, and at the end of the run. */
  readonly atRestore: number;
  readonly atEnd: number;
}

export interface Measured {
  readonly parameters: number;
  readonly sizes: Readonly<Record<string, Sizes>>;
  /** `exact` is the state itself; `order` is the exact state with other batches. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

export async function measure(plan: Plan, corpus: Corpus): Promise<Measured> {
  const { run, every, checkpoints, variants, more } = plan;
  const folder = await mkdtemp(join(tmpdir(), "ryanstream-series-"));
  try {
    using trainer = new Trainer(run, corpus);
    const parameters = trainer.parameters.reduce((sum, { length }) => sum + length, 0);
    const stored = new Map<string, Stored>();
    for (const [name, options] of Object.entries(variants)) {
      stored.set(name, await Stored.create(join(folder, name), options));
    }
    const lossless = more
      ? {
          "exact f32": await Stored.create(join(folder, "f32"), { exact: true }),
          "exact bf16": await Stored.create(join(folder, "bf16"), { exact: true }),
        }
      : undefined;
    const order = String(run.seed);
    for (let i = 1; i <= checkpoints; i++) {
      await trainer.train((i - 1) * every, i * every, order);
      const tensors = seriesTensors(trainer.parameters, trainer.optimizer);
      for (const each of stored.values()) await each.append(i * every, tensors);
      await lossless?.["exact f32"].append(i * every, tensors);
      await lossless?.["exact bf16"].append(i * every, bf16WeightsOf(tensors));
    }
    const from = every * checkpoints;
    const exact = trainer.state();
    const states = new Map<string, TrainingState>([["exact", exact]]);
    for (const [name, each] of stored) states.set(name, await each.restore());
    if (more) {
      states.set("moments dropped", without(exact, /first|second|momentum|squares/));
      states.set("first moments dropped", without(exact, /first|momentum/));
    }
    const outcomes: Record<string, Outcome> = {};
    for (const [name, state] of states) {
      outcomes[name] = await goOn(trainer, state, { from, to: run.steps, order });
    }
    outcomes["order"] = await goOn(trainer, exact, {
      from,
      to: run.steps,
      order: `${order}:other`,
    });
    const sizes: Record<string, Sizes> = {};
    for (const [name, each] of [...stored, ...Object.entries(lossless ?? {})]) {
      sizes[name] = await each.sizes(parameters);
    }
    return { parameters, sizes, outcomes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function goOn(
  trainer: Trainer,
  state: TrainingState,
  { from, to, order }: { readonly from: number; readonly to: number; readonly order: string },
): Promise<Outcome> {
  trainer.restore(state);
  const atRestore = await trainer.loss();
  await trainer.train(from, to, order);
  return { atRestore, atEnd: await trainer.loss() };
}

/** States of these names as at the start of a run. */
function without({ weights, optimizer }: TrainingState, names: RegExp): TrainingState {
  const left = [...optimizer].map(
    ([name, bytes]) => [name, names.test(name) ? new Uint8Array(bytes.length) : bytes] as const,
  );
  return { weights, optimizer: new Map(left) };
}

class Stored {
  readonly #series: CheckpointSeries;
  readonly #bits = { keyframe: [] as number[], link: [] as number[] };
  #last: Readonly<Record<string, number>> = {};
  #plainBytes = 0;
  #saveSeconds = 0;
  #readSeconds = 0;

  private constructor(series: CheckpointSeries) {
    this.#series = series;
  }

  static async create(folder: string, options: SeriesOptions): Promise<Stored> {
    return new Stored(await openSeries(folder, options));
  }

  async append(step: number, tensors: readonly SeriesTensor[]): Promise<void> {
    const started = performance.now();
    const { kind, bitsPerParameter, bits } = await this.#series.append({ step, tensors });
    this.#saveSeconds += (performance.now() - started) / 1e3;
    this.#bits[kind].push(bitsPerParameter);
    this.#last = { ...bits };
    for (const { data } of tensors) {
      this.#plainBytes += (typeof data === "function" ? data() : data).byteLength;
    }
  }

  /** What a new process would find. */
  async restore(): Promise<TrainingState> {
    const started = performance.now();
    const { tensors } = await (await openSeries(this.#series.folder)).read();
    this.#readSeconds = (performance.now() - started) / 1e3;
    const weights = new Map<string, Float32Array>();
    const optimizer = new Map<string, Uint8Array>();
    for (const [name, { role, data }] of tensors) {
      if (role === "weight") weights.set(name, new Float32Array(data.buffer));
      else optimizer.set(name.slice(OPTIMIZER.length), data);
    }
    return { weights, optimizer };
  }

  async sizes(parameters: number): Promise<Sizes> {
    const { folder } = this.#series;
    let bytes = 0;
    for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
    const { keyframe, link } = this.#bits;
    return {
      bytes,
      plainBytes: this.#plainBytes,
      checkpoints: keyframe.length + link.length,
      parameters,
      bits: this.#last,
      keyframeBits: mean(keyframe),
      linkBits: mean(link),
      saveSeconds: this.#saveSeconds / (keyframe.length + link.length),
      readSeconds: this.#readSeconds,
    };
  }
}

function bf16WeightsOf(tensors: readonly SeriesTensor[]): SeriesTensor[] {
  return tensors
    .filter(({ role }) => role === "weight")
    .map((tensor) => ({
      ...tensor,
      dtype: "BF16",
      data: () => {
        const { data } = tensor;
        const values = (typeof data === "function" ? data() : data) as Float32Array;
        const bits = new Uint32Array(values.slice().buffer);
        return Uint16Array.from(bits, (b) => (b + 0x7fff + ((b >>> 16) & 1)) >>> 16);
      },
    }));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length;
