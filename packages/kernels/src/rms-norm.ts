// Root-mean-square normalisation (Zhang & Sennrich 2019, section 3), alone and
// fused with the residual addition before it, which saves one pass over memory.

import {
  add,
  defineOperation,
  elements,
  emit,
  f32,
  type Operand,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { expectCount, expectEpsilon, operand, width } from "./check.js";

type NormAttributes = { readonly eps: number };

function rows(x: TensorType): TensorType<"f32"> {
  return f32(elements(x.shape.slice(0, -1)));
}

const rmsNormGrad = defineOperation({
  name: "rms_norm_grad",
  infer(inputs) {
    expectCount(inputs, 4);
    const x = operand(inputs, 0, "x", "f32");
    const weight = operand(inputs, 1, "weight", "f32", [width(x, "x")]);
    operand(inputs, 2, "rstd", "f32", rows(x).shape);
    operand(inputs, 3, "dy", "f32", x.shape);
    return [x, weight];
  },
  // For each element: weight * dy, its share of the row's mean, dx and dweight.
  cost: ({ inputs: [x] }) => ({ flops: 10 * (x?.elements ?? 0) }),
});

const rmsNormOperation = defineOperation<NormAttributes>({
  name: "rms_norm",
  attributes: ["eps"],
  infer(inputs, { eps }) {
    expectCount(inputs, 2);
    expectEpsilon(eps);
    const x = operand(inputs, 0, "x", "f32");
    operand(inputs, 1, "weight", "f32", [width(x, "x")]);
    return [x, rows(x)];
  },
  adjoint: ({ input, output, cotangent }) =>
    emit(rmsNormGrad, [input(0), input(1), output(1), cotangent(0)], {}) as Sym<"f32">[],
  cost: ({ inputs: [x] }) => ({ flops: 4 * (x?.elements ?? 0) }),
});

const addRmsNormOperation = defineOperation<NormAttributes>({
  name: "add_rms_norm",
  attributes: ["eps"],
  infer(inputs, { eps }) {
    expectCount(inputs, 3);
    expectEpsilon(eps);
    const x = operand(inputs, 0, "x", "f32");
    operand(inputs, 1, "residual", "f32", x.shape);
    operand(inputs, 2, "weight", "f32", [width(x, "x")]);
    return [x, x, rows(x)];
  },
  adjoint({ input, output, cotangents: [dSum, dY] }) {
    if (dY === undefined) return [dSum, dSum, undefined];
    const operands = [output(0), input(2), output(2), dY];
    const [dx, dWeight] = emit(rmsNormGrad, operands, {}) as [Sym<"f32">, Sym<"f32">];
    const total = dSum === undefined ? dx : add(dx, dSum);
    return [total, total, dWeight];
  },
  // The sum is added up in the same order there.
  remake: ({ eps }) => ({
    operation: "rms_norm",
    attrs: { eps },
    reads: [{ output: 0 }, { input: 2 }],
    makes: [1, 2],
  }),
  cost: ({ inputs: [x] }) => ({ flops: 5 * (x?.elements ?? 0) }),
});

export interface NormOptions {
  /** Added to the mean of squares before the root. Default: `1e-5`. */
  eps?: number;
}

/**
 * `x / sqrt(mean(x^2) + eps) * weight`, over the last axis.
 *
 * @param x `f32[..., D]`
 * @param weight `f32[D]`
 * @returns `f32[..., D]`
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 * @see Zhang & Sennrich, "Root Mean Square Layer Normalization", 2019, arXiv 1910.07467, section 3.
 *
 * @example
 * const h = rmsNorm(x, weights.norm, { eps: 1e-6 });
 */
export function rmsNorm(
  x: Operand<"f32">,
  weight: Operand<"f32">,
  { eps = 1e-5 }: NormOptions = {},
): Sym<"f32"> {
  return emit(rmsNormOperation, [x, weight], { eps })[0] as Sym<"f32">;
}

export interface AddedNorm {
  /** `x + residual`, what the next residual addition starts from. */
  readonly sum: Sym<"f32">;
  /** `rmsNorm(sum, weight)` */
  readonly normalised: Sym<"f32">;
}

/**
 * The residual addition and the norm after it, in one pass over memory.
 *
 * @param x `f32[..., D]`
 * @param residual `f32[..., D]`, of the shape of `x`
 * @param weight `f32[D]`
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 *
 * @example
 * const { sum, normalised } = addRmsNorm(attended, x, weights.ffnNorm);
 */
export function addRmsNorm(
  x: Operand<"f32">,
  residual: Operand<"f32">,
  weight: Operand<"f32">,
  { eps = 1e-5 }: NormOptions = {},
): AddedNorm {
  const [sum, normalised] = emit(addRmsNormOperation, [x, residual, weight], { eps }) as [
    Sym<"f32">,
    Sym<"f32">,
  ];
  return { sum, normalised };
}
