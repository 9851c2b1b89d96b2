// From a loss for each target to one number.

import {
  cast,
  div,
  equal,
  maximum,
  type Operand,
  reshape,
  type Sym,
  sub,
  sum,
} from "@ryanstream/tensor";

export interface LossOptions {
  /** Targets with this id have no loss and no gradient; their rows aren't computed. Default: -100. */
  ignoreIndex?: number;
  /**
   * `"mean"` over the targets that aren't ignored, 0 if all are; `"sum"`; or `"none"`. Default: `"mean"`.
   */
  reduction?: "mean" | "sum" | "none";
  /**
   * What `"mean"` divides by, in place of the number of targets that aren't ignored: for a batch that is
   * spread over several steps or machines. A number, or `f32` with one element.
   */
  count?: Operand<"f32"> | number | undefined;
}

/** How many targets have a loss: `f32[]`, exact up to 2^24. */
export function countTargets(targets: Operand<"i32">, ignoreIndex = -100): Sym<"f32"> {
  return sum(sub(1, equal(cast(targets, "f32"), ignoreIndex)));
}

/** @internal Reduces `f32[R]` losses of targets of any shape. */
export function reduceLoss(
  loss: Sym<"f32">,
  targets: Operand<"i32">,
  { ignoreIndex = -100, reduction = "mean", count }: LossOptions,
): Sym<"f32"> {
  if (reduction === "none") return reshape(loss, targets.shape);
  const total = sum(loss);
  if (reduction === "sum") return total;
  if (count === undefined) return div(total, maximum(countTargets(targets, ignoreIndex), 1));
  return div(total, typeof count === "number" ? count : reshape(count, []));
}
