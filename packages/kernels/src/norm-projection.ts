// A norm and the projections that read it. With packed weights they are one
// operation. Where plain weights are held as one matrix, they are one product
// whose parts are copied out: fewer, larger products, for a copy of the result.

import type { Operand, Sym } from "@ryanstream/tensor";
import { addOutliers } from "./add-outliers.js";
import { ensure } from "./check.js";
import { isPacked, type LinearWeight, linear, outputsOf } from "./linear.js";
import {
  fusesWithNorm,
  normLinear,
  type PackedProjection,
  partsOf,
  splits,
} from "./norm-linear.js";
import { outliersOf } from "./packed-weight.js";
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
  expectWhole(projections);
  return partsOf(linear(x, merged, { bias }), sizes);
}

function expectWhole({ merged, sizes }: MergedWeight): void {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  ensure(
    outputsOf(merged) === total,
    "ERR_SHAPE",
    () => `a merged weight of ${outputsOf(merged)} outputs can't be parts of [${sizes}]`,
  );
}

function isBiased(p: LinearWeight | BiasedWeight): p is BiasedWeight {
  return "weight" in p;
}

/** @internal The projections' packed weights, one where they are merged; undefined if any is plain. */
export function packedOf(projections: Projections): PackedProjection[] | undefined {
  const all =
    "merged" in projections
      ? [{ weight: projections.merged, bias: projections.bias }]
      : projections.map((p) => (isBiased(p) ? p : { weight: p }));
  return all.every((p): p is PackedProjection => isPacked(p.weight)) ? all : undefined;
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
 * With packed weights of one format and group this is one operation: the normalised rows go straight into the
 * form that the products read, once for all of them, and parts of a merged weight are written where they
 * belong if each part but the last has a multiple of 32 outputs. The bits are those of the separate operations.
 * With plain weights these are separate operations, because their gradients read what lies between; what
 * outlier columns add is an operation of its own.
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
  const packed = packedOf(projections);
  const merged = "merged" in projections;
  const outliers = packed?.map((p) => outliersOf(p.weight)) ?? [];
  const apart = outliers.some((columns) => columns !== undefined);
  if (
    packed === undefined ||
    !fusesWithNorm(packed.map((p) => p.weight.spec)) ||
    (merged && apart)
  ) {
    return project(rmsNorm(x, norm, { eps }), projections);
  }
  if (apart) {
    const h = rmsNorm(x, norm, { eps });
    const products = normLinear(x, packed, { norm, eps });
    const lacking = products.map((y, i) => ({ y, outliers: outliers[i] }));
    return addOutliers(h, lacking) as Sym<"f32">[];
  }
  if (!merged) return normLinear(x, packed, { norm, eps });
  const { sizes } = projections;
  expectWhole(projections);
  if (splits(sizes)) return normLinear(x, packed, { norm, eps, sizes });
  return partsOf(normLinear(x, packed, { norm, eps })[0] as Sym<"f32">, sizes);
}
