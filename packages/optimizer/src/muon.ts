// Muon: momentum, made orthogonal.

import {
  assign,
  f32,
  mul,
  type Operand,
  type Parameter,
  type Sym,
  scope,
  state,
  sub,
} from "@ryanstream/tensor";
import { ensure, within } from "./check.js";
import { mix } from "./mix.js";
import { type OrthogonalizeOptions, orthogonalize } from "./newton-schulz.js";
import { expectGradients, type LearningRate, type Optimizer } from "./optimizer.js";

/**
 * How the step of an `m` by `n` matrix is scaled: by `sqrt(max(1, m / n))` (`"spectral"`, as Muon first had it), by
 * `0.2 sqrt(max(m, n))` (`"rms"`, so that AdamW's learning rates can be kept: Liu et al., "Muon is Scalable for LLM
 * Training", 2025, arXiv 2502.16982, section 2.2), or not.
 */
export type RateAdjustment = "spectral" | "rms" | "none";

export interface MuonOptions extends OrthogonalizeOptions {
  /** Default: 0.95. */
  readonly momentum?: number;
  /** Looks ahead by the momentum once more. Default: true. */
  readonly nesterov?: boolean;
  /** Multiplied by the learning rate and taken off the weights. Default: 0.1. */
  readonly weightDecay?: number;
  /** Default: `"spectral"`. */
  readonly adjust?: RateAdjustment;
  /** Prefix of the names of the state. Default: `"muon"`. */
  readonly name?: string;
}

/**
 * Muon for matrices between layers: not for embeddings, heads, gains and biases, which AdamW takes. 4 bytes of state a
 * parameter.
 *
 * @throws TensorError ERR_SHAPE for a parameter that is no matrix, ERR_ATTRIBUTE
 * @see Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; torch.optim.Muon computes the same,
 * with the iteration in bf16.
 *
 * @example
 * const optimizer = muon(matrices, { weightDecay: 0.01 });
 * const step = program({ x: f32(B, T), rate: f32(1) }, ({ x, rate }) => {
 *   const loss = lossOf(x);
 *   optimizer.update(grad(loss, matrices), rate);
 *   return { loss };
 * });
 */
export function muon(
  parameters: readonly Parameter<"f32">[],
  {
    momentum = 0.95,
    nesterov = true,
    weightDecay = 0.1,
    adjust = "spectral",
    name = "muon",
    ...iteration
  }: MuonOptions = {},
): Optimizer {
  within("momentum", momentum, { min: 0, below: 1 });
  within("weightDecay", weightDecay, { min: 0 });
  for (const { name: which, shape } of parameters) {
    ensure(
      shape.length === 2,
      "ERR_SHAPE",
      () => `muon: expected matrices, found ${which} of ${shape.length} dimensions`,
    );
  }
  const states = parameters.map((p) => state(`${name}.momentum.${p.name}`, f32(...p.shape)));
  const factors = parameters.map(({ shape }) => factorOf(adjust, shape as readonly number[]));

  function updateOne(index: number, gradient: Operand<"f32">, rate: LearningRate): Sym<"f32"> {
    const parameter = parameters[index] as Parameter<"f32">;
    const buffer = states[index] as (typeof states)[number];
    const average = assign(buffer, mix(buffer, momentum, gradient));
    const direction = orthogonalize(
      nesterov ? mix(average, momentum, gradient) : average,
      iteration,
    );
    const factor = factors[index] as number;
    const step = mul(direction, typeof rate === "number" ? rate * factor : mul(rate, factor));
    const kept = typeof rate === "number" ? 1 - rate * weightDecay : sub(1, mul(rate, weightDecay));
    return assign(parameter, sub(weightDecay === 0 ? parameter : mul(parameter, kept), step));
  }

  const dispose = () => {
    for (const each of states) each.dispose();
  };
  return {
    parameters,
    states,
    update(gradients, learningRate) {
      expectGradients("muon", parameters, gradients);
      return parameters.map((p, i) =>
        scope(`${name}.${p.name}`, () =>
          updateOne(i, gradients[i] as Operand<"f32">, learningRate),
        ),
      );
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function factorOf(adjust: RateAdjustment, [rows = 1, columns = 1]: readonly number[]): number {
  const factors: Record<RateAdjustment, number> = {
    spectral: Math.sqrt(Math.max(1, rows / columns)),
    rms: 0.2 * Math.sqrt(Math.max(rows, columns)),
    none: 1,
  };
  const factor = factors[adjust];
  ensure(
    factor !== undefined,
    "ERR_ATTRIBUTE",
    () => `adjust: expected "spectral", "rms" or "none", found ${JSON.stringify(adjust)}`,
  );
  return factor;
}
