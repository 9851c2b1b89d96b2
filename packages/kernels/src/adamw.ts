// AdamW (Loshchilov & Hutter 2019, algorithm 2) as one pass over each parameter,
// in place. The step counter lives in the program's state, so a run needs nothing
// from outside but a learning rate.

import {
  constant,
  defineOperation,
  emit,
  f32,
  i32,
  type Operand,
  type Parameter,
  type State,
  type Sym,
  state,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, operand } from "./check.js";

type AdamWAttributes = {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
};

const adamwOperation = defineOperation<AdamWAttributes>({
  name: "adamw",
  attributes: ["beta1", "beta2", "eps", "weightDecay"],
  updates: 3,
  infer(inputs, { beta1, beta2, eps, weightDecay }, updates) {
    expectCount(inputs, 3);
    const gradient = operand(inputs, 0, "gradient", "f32");
    operand(inputs, 1, "learning rate", "f32", [1]);
    operand(inputs, 2, "step", "i32", [1]);
    for (const [i, what] of ["parameter", "first moment", "second moment"].entries()) {
      operand(updates, i, what, "f32", gradient.shape);
    }
    expectAttribute(
      beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1,
      () => `expected betas from 0 to below 1, found ${beta1} and ${beta2}`,
    );
    expectAttribute(
      eps >= 0 && Number.isFinite(eps) && Number.isFinite(weightDecay),
      () => `expected eps >= 0 and a finite weight decay, found ${eps} and ${weightDecay}`,
    );
    return [];
  },
  cost({ inputs: [gradient] }) {
    const { elements = 0, bytes = 0 } = gradient ?? {};
    return { flops: 14 * elements, bytesRead: 4 * bytes, bytesWritten: 3 * bytes };
  },
});

/** Adds 1 to a counter in place. */
const incrementOperation = defineOperation<Record<never, never>>({
  name: "increment",
  updates: 1,
  infer(inputs, _, updates) {
    expectCount(inputs, 0);
    operand(updates, 0, "count", "i32", [1]);
    return [];
  },
  cost: () => ({ flops: 0, bytesRead: 4, bytesWritten: 4 }),
});

export interface AdamWOptions {
  /** Default: `[0.9, 0.999]`. */
  betas?: readonly [number, number];
  /** Default: `1e-8`. */
  eps?: number;
  /** Multiplied by the learning rate and taken off the weights. Default: `0.01`. */
  weightDecay?: number;
  /** Which parameters decay. Default: all. */
  decays?: (parameter: Parameter<"f32">) => boolean;
  /** Prefix of the names of the state. Default: `"adamw"`. */
  name?: string;
}

export interface AdamW {
  /** Steps taken: `i32[1]`. */
  readonly step: State<"i32">;
  /** First and second moment of each parameter, in order. */
  readonly moments: readonly { readonly first: State<"f32">; readonly second: State<"f32"> }[];
  /**
   * One step, inside a program.
   *
   * @param gradients one for each parameter, in order, of its shape.
   * @param learningRate a number, which becomes part of the program, or `f32[1]`.
   * @returns the new parameters.
   */
  update(gradients: readonly Operand<"f32">[], learningRate: number | Operand<"f32">): Sym<"f32">[];
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes the state of AdamW for `parameters`; `update` is what a training program calls.
 *
 * @throws `TensorError` `ERR_INPUT` for a wrong number of gradients, `ERR_SHAPE`, `ERR_DTYPE`, `ERR_ATTRIBUTE`.
 * @see Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv 1711.05101, algorithm 2.
 *
 * @example
 * const optimizer = adamw(parameters, { weightDecay: 0.1 });
 * const step = program({ tokens: i32(B, T), rate: f32(1) }, ({ tokens, rate }) => {
 *   const loss = model(tokens);
 *   optimizer.update(grad(loss, parameters), rate);
 *   return { loss };
 * });
 */
export function adamw(
  parameters: readonly Parameter<"f32">[],
  {
    betas: [beta1, beta2] = [0.9, 0.999],
    eps = 1e-8,
    weightDecay = 0.01,
    decays = () => true,
    name = "adamw",
  }: AdamWOptions = {},
): AdamW {
  const step = state(`${name}.step`, i32(1));
  const moments = parameters.map((p) => ({
    first: state(`${name}.first.${p.name}`, f32(...p.shape)),
    second: state(`${name}.second.${p.name}`, f32(...p.shape)),
  }));
  function dispose(): void {
    step.dispose();
    for (const { first, second } of moments) {
      first.dispose();
      second.dispose();
    }
  }
  return {
    step,
    moments,
    update(gradients, learningRate) {
      ensure(
        gradients.length === parameters.length,
        "ERR_INPUT",
        () => `adamw: expected ${parameters.length} gradients, found ${gradients.length}`,
      );
      const rate =
        typeof learningRate === "number" ? constant(Float32Array.of(learningRate)) : learningRate;
      const count = emit(incrementOperation, [], {}, [step])[0] as Sym<"i32">;
      return parameters.map((p, i) => {
        const { first, second } = moments[i] as (typeof moments)[number];
        const attrs = { beta1, beta2, eps, weightDecay: decays(p) ? weightDecay : 0 };
        const operands = [gradients[i] as Operand<"f32">, rate, count];
        return emit(adamwOperation, operands, attrs, [p, first, second])[0] as Sym<"f32">;
      });
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
