// Ryan-Optimizer: the parts and their defaults.

import type { Operand, Parameter, Sym } from "@ryanstream/tensor";
import { type AdamWOptions, adamw } from "../adamw.js";
import { wholeNumber, within } from "../check.js";
import { parameterGroups } from "../groups.js";
import { momentumFor } from "../momentum.js";
import { expectGradients, type Optimizer } from "../optimizer.js";
import { type AveragedWeights, WeightReadout } from "./averaged-weights.js";
import { MatrixOptimizer } from "./matrix-optimizer.js";
import {
  type OrthogonalizationOptions,
  type OrthogonalizationPlan,
  planOrthogonalization,
} from "./plan.js";
import { type LookAheadOptions, phasesOf, type TailOptions } from "./shared-buffer.js";

export interface RyanOptimizerOptions extends OrthogonalizationOptions {
  /** Steps of the whole run, by which its phases are placed. Going on after them stays in the last phase. */
  readonly steps: number;
  /**
   * Which parameters are matrices between layers; AdamW takes the others. Default: those of two dimensions, except where
   * the name has `embed`, `embd` or `head` in it or is `output.weight`, as embeddings and heads are called.
   */
  readonly hidden?: (parameter: Parameter<"f32">) => boolean;
  /** Of the gradients; looked ahead by once more, as Nesterov does. Default: {@link momentumFor} of `steps`. */
  readonly momentum?: number;
  /** How much of the mean squares of rows is kept in each step. Default: 0.95. */
  readonly rowDecay?: number;
  /** Multiplied by the learning rate and taken off the weights. Default: 0.1. */
  readonly weightDecay?: number;
  /** Takes it off hidden weights only where the step shrinks them anyway. Default: true. */
  readonly cautious?: boolean;
  /** The root mean square of a matrix's step at a learning rate of 1: about that of AdamW's. Default: 0.2. */
  readonly updateRms?: number;
  /** `false`: never. */
  readonly lookAhead?: LookAheadOptions | false;
  /** `false`: never. */
  readonly tail?: TailOptions | false;
  /** Of AdamW, for what is no hidden matrix. Default: betas of 0.9 and 0.95, `weightDecay` on what has two dimensions. */
  readonly adamw?: Omit<AdamWOptions, "name"> & {
    /** What the learning rate is multiplied by. Default: 1. */
    readonly rate?: number;
  };
  /** Prefix of the names of the state. Default: `"ryan"`. */
  readonly name?: string;
}

export interface RyanOptimizer extends Optimizer {
  /** How matrices are orthogonalised, at which cost; prints as a table. */
  readonly plan: OrthogonalizationPlan;
  /** Steps taken so far, from the state. Never during a run. */
  readonly taken: number;
  /**
   * The weights to evaluate and to save: of hidden matrices in the tail of the run a blend with their average, else the
   * weights as they are. A copy, all parameters. Never during a run.
   *
   * @throws TensorError ERR_INPUT while `useAveraged` has them in place
   */
  averaged(): AveragedWeights;
  /**
   * Puts those weights where the parameters are, for programs that read them, until the result is disposed of: then the
   * parameters have the bits from before. Meanwhile `states` can't be read, so that no checkpoint takes them for the
   * weights that training goes on from. Never during a run.
   *
   * @throws TensorError ERR_INPUT if they are in place already; at disposal, if a step was taken meanwhile
   *
   * @example
   * {
   *   using _ = optimizer.useAveraged();
   *   const { loss } = await evaluation.run(heldOut);
   * }
   */
  useAveraged(): Disposable;
}

/**
 * Ryan-Optimizer. Hidden matrices: momentum, made orthogonal as far as a share of the step's operations allows (Muon),
 * rows evened out by their mean squares (NorMuon), decay only where it agrees with the step (cautious weight decay), weights that
 * look ahead along the average of their steps in the first part (EMA-Nesterov), and an average of the weights over the end of the
 * run to read out. Both averages share one buffer, so that the state is 8 bytes a parameter and 4 a row.
 * Where the share doesn't suffice for all matrices in each step, those of one shape take turns, and a matrix whose turn
 * it isn't steps by its momentum with rows normalised. Other parameters: AdamW.
 *
 * @throws TensorError ERR_ATTRIBUTE; ERR_SHAPE if `hidden` names what is no matrix
 * @see Jordan et al., "Muon", 2024; Li et al., "NorMuon", 2025, arXiv 2510.05491, algorithm 1; Chen et al., "Cautious
 * Weight Decay", 2025, arXiv 2510.12402, algorithm 1; Yau et al., "EMA-Nesterov", 2026, arXiv 2605.25395, as records 39
 * and 40 of modded-nanogpt's track 3 use it; tail averages as its records 45 and 46; Amsel et al., "The Polar Express",
 * 2025, arXiv 2505.16932
 *
 * @example
 * const { flops } = program(inputs, (x) => globalNorm(grad(lossOf(x), parameters))).cost();
 * const optimizer = ryanOptimizer(parameters, { steps: 2000, stepFlops: flops });
 * console.log(String(optimizer.plan));
 */
export function ryanOptimizer(
  parameters: readonly Parameter<"f32">[],
  {
    steps,
    hidden = isHidden,
    momentum = momentumFor(wholeNumber("steps", steps, 1)),
    rowDecay = 0.95,
    weightDecay = 0.1,
    cautious = true,
    updateRms = 0.2,
    lookAhead = {},
    tail = {},
    adamw: { rate = 1, ...ofOthers } = {},
    name = "ryan",
    ...cost
  }: RyanOptimizerOptions,
): RyanOptimizer {
  within("momentum", momentum, { min: 0, below: 1 });
  within("rowDecay", rowDecay, { min: 0, below: 1 });
  within("weightDecay", weightDecay, { min: 0 });
  within("updateRms", updateRms, { min: 0 });
  within("adamw.rate", rate, { min: 0 });
  const phases = phasesOf(steps, lookAhead, tail);
  const own = parameters.filter((p) => hidden(p));
  const others = parameters.filter((p) => !own.includes(p));
  const plan = planOrthogonalization(own, cost);
  const settings = { momentum, rowDecay, weightDecay, cautious, updateRms, phases, plan, name };
  const matrices = new MatrixOptimizer(own, settings);
  const auxiliary = adamw(others, {
    betas: [0.9, 0.95],
    weightDecay,
    decays: ({ shape }) => shape.length > 1,
    ...ofOthers,
    name: `${name}.adamw`,
  });
  const both = parameterGroups([{ optimizer: matrices }, { optimizer: auxiliary, rate }]);
  const order = both.parameters.map((p) => parameters.indexOf(p));
  const readout = new WeightReadout(parameters, matrices, phases.tail?.blend ?? 0);
  return {
    parameters,
    plan,
    get states() {
      readout.expectOwn("states");
      return both.states;
    },
    get taken() {
      return matrices.counter.taken;
    },
    update(gradients, learningRate) {
      expectGradients(name, parameters, gradients);
      const updated = both.update(
        order.map((i) => gradients[i] as Operand<"f32">),
        learningRate,
      );
      const inOrder: Sym<"f32">[] = [];
      for (const [i, place] of order.entries()) inOrder[place] = updated[i] as Sym<"f32">;
      return inOrder;
    },
    averaged: () => readout.read(),
    useAveraged: () => readout.putInPlace(),
    dispose: () => both.dispose(),
    [Symbol.dispose]: () => both.dispose(),
  };
}

const notHidden = /embed|embd|head|^output\.weight$/i;

function isHidden({ name, shape }: Parameter<"f32">): boolean {
  return shape.length === 2 && !notHidden.test(name);
}
