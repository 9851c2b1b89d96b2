// The program of a training step: forward, backward and update in one run.

import { type CheckpointPlan, SmartCheckpoint } from "@ryanstream/checkpoint";
import type { Adapt, TrainableDecoder } from "@ryanstream/models";
import { clipByGlobalNorm, globalNorm, type Optimizer } from "@ryanstream/optimizer";
import type { Batch } from "@ryanstream/pipeline";
import { dim, f32, grad, i32, mul, program, type Sym, sum } from "@ryanstream/tensor";
import type { Recipe } from "./recipe.js";
import {
  type OptimizedParameters,
  optimizerOf,
  type TrainingOptimizer,
} from "./training-optimizer.js";

export interface StepResult {
  /** Mean over the batch's targets. */
  readonly loss: number;
  /** Length of the gradient before it was clipped. */
  readonly gradientNorm: number;
}

/** What is trained of a decoder, and what stands for a weight in the program. */
export interface Trained extends OptimizedParameters {
  /** Where what is trained stands beside the decoder's weights. */
  adapt?(): Adapt;
}

type StepRecipe = Pick<Recipe, "batch" | "optimizer" | "steps" | "activations">;
type StepProgram = ReturnType<typeof traceStep>;

export class TrainingStep implements Disposable {
  readonly #own: TrainingOptimizer;
  readonly #step: StepProgram;
  readonly #length: number;
  /** Which activations are computed again; undefined if all are kept. */
  readonly plan: CheckpointPlan | undefined;

  private constructor(
    own: TrainingOptimizer,
    step: StepProgram,
    length: number,
    plan?: CheckpointPlan,
  ) {
    this.#own = own;
    this.#step = step;
    this.#length = length;
    this.plan = plan;
  }

  /** @throws CheckpointError `ERR_BUDGET` if activations can't fit in the recipe's budget */
  static async create(
    decoder: TrainableDecoder,
    trained: Trained,
    recipe: StepRecipe,
  ): Promise<TrainingStep> {
    const { rows, length } = recipe.batch;
    const own = optimizerOf(trained, recipe, () => passFlops(decoder, trained, recipe));
    try {
      const step = traceStep(decoder, trained, own.optimizer, recipe);
      if (recipe.activations === undefined) return new TrainingStep(own, step, length);
      try {
        const { mode, budget } = recipe.activations;
        const checkpoint = SmartCheckpoint({ mode, ...(budget === undefined ? {} : { budget }) });
        const dims = { losses: rows * length };
        const { program, plan } = await checkpoint.apply(step, undefined, { dims });
        return new TrainingStep(own, program, length, plan);
      } finally {
        step.dispose();
      }
    } catch (error) {
      own.optimizer.dispose();
      throw error;
    }
  }

  get optimizer(): Optimizer {
    return this.#own.optimizer;
  }

  /** Bytes that a run works in, besides weights and the optimizer's state. */
  get arenaBytes(): number {
    return this.#step.memory.arenaBytes;
  }

  /** Values of parameters to evaluate and to save by their names, where the optimizer averages them. */
  averaged(): ReadonlyMap<string, Float32Array> | undefined {
    const averaged = this.#own.averaging?.averaged();
    return averaged && new Map([...averaged].map(([{ name }, values]) => [name, values]));
  }

  /** Updates the weights by a batch, which must have targets. */
  async run(batch: Batch, rate: number): Promise<StepResult> {
    const { places, targets } = lossRows(batch);
    const { loss, norm } = await this.#step.run({
      tokens: batch.tokens,
      positions: batch.positions,
      segments: segmentsOf(batch.document, this.#length),
      places,
      targets,
      rate: Float32Array.of(rate),
      share: Float32Array.of(1 / batch.lossTokens),
    });
    return { loss: loss[0] as number, gradientNorm: norm[0] as number };
  }

  dispose(): void {
    this.#step.dispose();
    this.optimizer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function specsOf({ batch: { rows, length } }: StepRecipe) {
  const L = dim("losses", { max: rows * length });
  return {
    tokens: i32(rows, length),
    positions: i32(rows, length),
    segments: i32(rows * length),
    places: i32(L),
    targets: i32(L),
    rate: f32(1),
    share: f32(1),
  };
}

type Inputs = {
  [name in keyof ReturnType<typeof specsOf>]: Sym<ReturnType<typeof specsOf>[name]["dtype"]>;
};

function lossOf(
  decoder: TrainableDecoder,
  trained: Trained,
  { rate: _, share, places, targets, ...inputs }: Inputs,
): Sym<"f32"> {
  const losses = decoder.loss({ ...inputs, loss: { places, targets } }, trained.adapt?.());
  return mul(sum(losses), share);
}

/** Operations of a step without its update. */
function passFlops(decoder: TrainableDecoder, trained: Trained, recipe: StepRecipe): number {
  using pass = program(specsOf(recipe), (inputs) => {
    const gradients = grad(lossOf(decoder, trained, inputs), [...trained.parameters]);
    return { norm: globalNorm(gradients) };
  });
  return pass.cost({ losses: recipe.batch.rows * recipe.batch.length }).flops;
}

function traceStep(
  decoder: TrainableDecoder,
  trained: Trained,
  optimizer: Optimizer,
  recipe: StepRecipe,
) {
  return program(specsOf(recipe), (inputs) => {
    const loss = lossOf(decoder, trained, inputs);
    const all = grad(loss, [...optimizer.parameters]);
    const { clip } = recipe.optimizer;
    const { gradients, norm } =
      clip === 0 ? { gradients: all, norm: globalNorm(all) } : clipByGlobalNorm(all, clip);
    optimizer.update(gradients, inputs.rate);
    return { loss, norm };
  });
}

/** Where there is a target, and which. */
export function lossRows({ targets, lossTokens }: Pick<Batch, "targets" | "lossTokens">) {
  const rows = { places: new Int32Array(lossTokens), targets: new Int32Array(lossTokens) };
  let found = 0;
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] === -1) continue;
    rows.places[found] = i;
    rows.targets[found++] = targets[i] as number;
  }
  return rows;
}

/** Numbers of documents that differ between rows too; padding has one of its own. */
export function segmentsOf(document: Int32Array, length: number): Int32Array {
  return document.map((id, i) => {
    const first = i - (i % length);
    return id === -1 ? first + length - 1 : first + id;
  });
}
