// y = x W^T + b: one function for weights in training (a plain matrix, which has a
// gradient) and for weights at rest (packed, which have none).

import {
  add,
  type DType,
  defineOperation,
  emit,
  type FloatDType,
  f32,
  matmul,
  type Operand,
  reshape,
  type Size,
  type Sym,
  sum,
} from "@ryanstream/tensor";
import { addOutliers, flat } from "./add-outliers.js";
import { expectCount, operand } from "./check.js";
import {
  outliersOf,
  type PackedAttributes,
  type PackedWeight,
  packedAttributeNames,
  packedAttributes,
  specOf,
} from "./packed-weight.js";
import { unpackWeight } from "./packing.js";

type LinearAttributes = PackedAttributes & { readonly hasBias: boolean };

const linearOperation = defineOperation<LinearAttributes>({
  name: "linear",
  attributes: [...packedAttributeNames, "hasBias"],
  infer(inputs, attrs) {
    expectCount(inputs, attrs.hasBias ? 3 : 2);
    const { n, k, type } = specOf(attrs);
    const x = operand(inputs, 0, "x", "f32", [undefined, k]);
    operand(inputs, 1, "weight", "u8", type.shape);
    if (attrs.hasBias) operand(inputs, 2, "bias", "f32", [n]);
    return [f32(x.shape[0] as Size, n)];
  },
  // The bytes have no gradient, so a frozen packed weight can stand below trained ones.
  adjoint({ input, attrs, needed, cotangent }) {
    const dy = cotangent(0);
    const weight = () => unpackWeight({ spec: specOf(attrs), bytes: input<"u8">(1) });
    return [
      needed[0] ? matmul(dy, weight()) : undefined,
      undefined,
      needed[2] ? sum(dy, { axes: 0 }) : undefined,
    ];
  },
  cost({ outputs: [y], attrs: { k, hasBias } }) {
    return { flops: (2 * k + (hasBias ? 1 : 0)) * (y?.elements ?? 0) };
  },
});

/** A matrix `[n, k]` that {@link linear} takes: plain, or packed. */
export type LinearWeight = Operand<FloatDType> | PackedWeight;

export function isPacked(weight: LinearWeight): weight is PackedWeight {
  return "spec" in weight;
}

/** How many outputs a weight has. */
export function outputsOf(weight: LinearWeight): Size {
  return isPacked(weight) ? weight.spec.n : (weight.shape[0] as Size);
}

export interface LinearOptions {
  /** `f32[n]` */
  bias?: Operand<"f32"> | undefined;
}

/**
 * `x @ weight^T + bias`.
 *
 * Each output element is one sum in a fixed order, so its bits don't depend on the other rows. With an
 * integer weight, each row of `x` is rounded to 8 bits for each group of inputs, and the products are exact.
 * Outlier columns of a weight are a product of their own, of those inputs, which is added last.
 *
 * @param x `f32[..., k]`
 * @param weight `[n, k]`: plain (`f32`, `bf16`, `f16`; differentiable), or packed (not differentiable, faster
 *   where it is used more than once).
 * @returns `f32[..., n]`
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 *
 * @example
 * const q = linear(h, { spec, bytes: parameter("q", spec.type) }, { bias: weights.qBias });
 */
export function linear(
  x: Operand<"f32">,
  weight: LinearWeight,
  { bias }: LinearOptions = {},
): Sym<"f32"> {
  if (!isPacked(weight)) {
    const y = matmul(x, weight, { transB: true });
    return bias === undefined ? y : add(y, bias);
  }
  const rows = flat(x);
  const y = product(rows, weight, bias);
  const [whole] = addOutliers(rows, [{ y, outliers: outliersOf(weight) }]);
  return reshape(whole as Sym<"f32">, [...x.shape.slice(0, -1), weight.spec.n]);
}

function product(
  x: Operand<"f32">,
  { spec, bytes }: Pick<PackedWeight, "spec" | "bytes">,
  bias?: Operand<"f32">,
): Sym<"f32"> {
  const attrs = { ...packedAttributes(spec), hasBias: bias !== undefined };
  const operands: Operand<DType>[] = [x, bytes];
  if (bias !== undefined) operands.push(bias);
  return emit(linearOperation, operands, attrs)[0] as Sym<"f32">;
}
