// The optimizer that a recipe names, over what is trained.

import {
  adamw,
  muon,
  type Optimizer,
  parameterGroups,
  type RyanOptimizer,
  ryanOptimizer,
} from "@ryanstream/optimizer";
import type { Parameter } from "@ryanstream/tensor";
import type { Recipe } from "./recipe.js";

export interface OptimizedParameters {
  readonly parameters: readonly Parameter<"f32">[];
  /** Whether a parameter is a matrix between layers. */
  isMatrix(parameter: Parameter<"f32">): boolean;
}

export interface TrainingOptimizer {
  readonly optimizer: Optimizer;
  /** Where weights to evaluate and to save are others than those that are trained. */
  readonly averaging?: RyanOptimizer;
}

/** @param stepFlops  operations of a forward and backward pass, counted only where it matters */
export function optimizerOf(
  trained: OptimizedParameters,
  { optimizer: recipe, steps }: Pick<Recipe, "optimizer" | "steps">,
  stepFlops: () => number,
): TrainingOptimizer {
  const { type, rate, vectorRate, weightDecay, beta1, beta2, momentum } = recipe;
  const betas = [beta1, beta2] as const;
  // The schedule gives multiples of `rate`.
  const ratio = rate === 0 ? 1 : vectorRate / rate;
  const { parameters } = trained;
  const hidden = (each: Parameter<"f32">) => trained.isMatrix(each);
  if (type === "ryan") {
    const averaging = ryanOptimizer(parameters, {
      steps,
      stepFlops: stepFlops(),
      hidden,
      momentum,
      weightDecay,
      adamw: { betas, rate: ratio, weightDecay: 0 },
    });
    return { optimizer: averaging, averaging };
  }
  const matrices = parameters.filter(hidden);
  const others = parameters.filter((each) => !hidden(each));
  const groups = [
    matrices.length === 0
      ? []
      : type === "muon"
        ? { optimizer: muon(matrices, { momentum, weightDecay, adjust: "rms" }) }
        : { optimizer: adamw(matrices, { betas, weightDecay, name: "matrices" }) },
    others.length === 0
      ? []
      : { optimizer: adamw(others, { betas, weightDecay: 0, name: "vectors" }), rate: ratio },
  ];
  return { optimizer: parameterGroups(groups.flat()) };
}
