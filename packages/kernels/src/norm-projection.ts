// A norm and the projections that read it. Where the projections' weights are
// held as one matrix, they are one product whose parts are copied out: fewer,
// larger products, for a copy of the result.

import { type Operand, type Size, type Sym, slice } from "@ryanstream/tensor";
import { ensure } from "./check.js";
import { type LinearWeight, linear, outputsOf } from "./linear.js";
import { rmsNorm } from "./rms-norm.js";

/** Several projections of one input, held as one matrix: the rows of the first, then of the second, … */
export interface MergedWeight {
  /** `[sum(sizes), k]` */
  readonly merged: LinearWeight;
  /** Outputs of each part. */
  readonly sizes: readonly number[];
  /** `f32[sum(sizes)]` */
  readonly bias?: Operand<"f32"> | undefined;
}

/** A projection with its bias. */
export interface BiasedWeight {
  readonly weight: LinearWeight;
  readonly bias?: Operand<"f32"> | undefined;
}

export type Projections = MergedWeight | readonly (LinearWeight | BiasedWeight)[];

/**
 * Several linear maps of one input.
 *
 * @param x `f32[..., k]`
 * @param projections one weight each, or one merged weight with the size of each part.
 * @returns for each projection `f32[..., n]`.
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 *
 * @example
 * const [q, k, v] = project(h, { merged: weights.qkv, sizes: [heads * d, keyHeads * d, keyHeads * d] });
 */
export function project(x: Operand<"f32">, projections: Projections): Sym<"f32">[] {
  if (!("merged" in projections)) {
    return projections.map((p) => {
      const { weight, bias } = isBiased(p) ? p : { weight: p, bias: undefined };
      return linear(x, weight, { bias });
    });
  }
  const { merged, sizes, bias } = projections;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  ensure(
    outputsOf(merged) === total,
    "ERR_SHAPE",
    () => `a merged weight of ${outputsOf(merged)} outputs can't be parts of [${sizes}]`,
  );
  const y = linear(x, merged, { bias });
  const whole = x.shape.slice(0, -1).map((_: Size) => ({}));
  let start = 0;
  return sizes.map((count) => {
    const part = slice(y, ...whole, { start, count });
    start += count;
    return part;
  });
}

function isBiased(p: LinearWeight | BiasedWeight): p is BiasedWeight {
  return "weight" in p;
}

export interface NormProjectionOptions {
  /** `f32[k]`: the norm's weight. */
  norm: Operand<"f32">;
  /** Default: `1e-5`. */
  eps?: number;
}

/**
 * {@link rmsNorm}, then {@link project}: the entrance of an attention or feed-forward block.
 *
 * @param x `f32[..., k]`
 * @returns for each projection `f32[..., n]`.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 *
 * @example
 * const [q, k, v] = normProjection(x, [weights.q, weights.k, weights.v], { norm: weights.norm });
 */
export function normProjection(
  x: Operand<"f32">,
  projections: Projections,
  { norm, eps = 1e-5 }: NormProjectionOptions,
): Sym<"f32">[] {
  return project(rmsNorm(x, norm, { eps }), projections);
}
