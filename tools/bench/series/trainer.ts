// A decoder with its optimizer, whose whole state can be taken out and put back.

import {
  globalNorm,
  loadState,
  type Optimizer,
  type RyanOptimizer,
  saveState,
  warmupStableDecay,
} from "@ryanstream/optimizer";
import { f32, grad, i32, type Operand, type Parameter, program } from "@ryanstream/tensor";
import { decoderLoss, decoderWeights } from "../../../packages/kernels/test/support/decoder.js";
import { weight } from "../../golden/weights.js";
import { type Corpus, windows } from "../optimizers/corpus.js";
import { configOf, optimizerOf, type RunKey } from "../optimizers/train.js";

/** Weights and the optimizer's states, as they are. */
export interface TrainingState {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly optimizer: ReadonlyMap<string, Uint8Array>;
}

/** Batches of held-out data. */
const heldOutBatches = 4;

export class Trainer implements Disposable {
  readonly parameters: readonly Parameter<"f32">[];
  readonly optimizer: Optimizer | RyanOptimizer;
  readonly #key: RunKey;
  readonly #corpus: Corpus;
  readonly #step: { run(inputs: object): Promise<unknown>; dispose(): void };
  readonly #evaluation: { run(inputs: object): Promise<unknown>; dispose(): void };
  readonly #rate: (step: number) => number;

  constructor(key: RunKey, corpus: Corpus) {
    const { batch, time, steps, rate: peak } = key;
    const config = configOf(key.model);
    const weights = decoderWeights(config);
    const parameters = [...weights.values()];
    const specs = { tokens: i32(batch, time), targets: i32(batch, time) };
    const stepFlops = () => {
      using traced = program(specs, (x) =>
        globalNorm(grad(decoderLoss(weights, config, x), parameters)),
      );
      return traced.cost().flops;
    };
    const optimizer = optimizerOf(key, parameters, stepFlops);
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.#key = key;
    this.#corpus = corpus;
    this.#step = program({ ...specs, rate: f32(1) }, ({ rate, ...x }) => {
      const loss = decoderLoss(weights, config, x);
      optimizer.update(grad(loss, [...optimizer.parameters]), rate as Operand<"f32">);
      return { loss };
    });
    this.#evaluation = program(specs, (x) => ({ loss: decoderLoss(weights, config, x) }));
    const [warmup, decay] = [Math.floor(steps / 20), Math.floor(0.3 * steps)];
    this.#rate = warmupStableDecay({ peak, steps, warmup, decay });
    for (const p of parameters) {
      p.write(weight(`${key.seed}:${p.name}`, p.shape as readonly number[]));
    }
  }

  /** Steps `from` to `to` of the schedule, over data whose order is named. */
  async train(from: number, to: number, order: string): Promise<void> {
    for (let t = from; t < to; t++) {
      const data = windows(this.#corpus.train, `${order}:batch:${t}`, this.#key);
      await this.#step.run({ ...data, rate: Float32Array.of(this.#rate(t)) });
    }
  }

  /** On held-out data, with the weights that one would evaluate. */
  async loss(): Promise<number> {
    const { optimizer } = this;
    using _ = "useAveraged" in optimizer ? optimizer.useAveraged() : undefined;
    let sum = 0;
    for (let i = 0; i < heldOutBatches; i++) {
      const data = windows(this.#corpus.heldOut, `held-out:${i}`, this.#key);
      const { loss } = (await this.#evaluation.run(data)) as { loss: Float32Array };
      sum += loss[0] as number;
    }
    return sum / heldOutBatches;
  }

  state(): TrainingState {
    const weights = new Map(this.parameters.map((p) => [p.name, p.read() as Float32Array]));
    return { weights, optimizer: saveState(this.optimizer) };
  }

  restore({ weights, optimizer }: TrainingState): void {
    loadState(this.optimizer, optimizer);
    for (const p of this.parameters) p.write(weights.get(p.name) as Float32Array);
  }

  dispose(): void {
    this.#step.dispose();
    this.#evaluation.dispose();
    this.optimizer.dispose();
    for (const p of this.parameters) p.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
