// A norm and the products with packed weights that read it, as one operation: the
// normalised rows go straight into the form that the products read.

import {
  type DType,
  defineOperation,
  emit,
  f32,
  type Operand,
  type Sym,
  slice,
  type TensorType,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, expectEpsilon, operand, width } from "./check.js";
import { linear } from "./linear.js";
import {
  alike,
  type PackedAttributes,
  type PackedSpec,
  type PackedWeight,
  packedAttributeNames,
  packedAttributes,
  packedWeight,
  panelWidth,
  specOf,
} from "./packed-weight.js";
import { recomputedGradients } from "./recomputed.js";
import { rmsNorm } from "./rms-norm.js";

const mostParts = 16;

/** `n` is the sum of `sizes`. `merged`: one weight for all, with one bias or none. */
type NormLinearAttributes = PackedAttributes & {
  readonly eps: number;
  readonly merged: boolean;
  readonly sizes: readonly number[];
  /** 1 for each part with a bias. */
  readonly biases: readonly number[];
};

/** `[..., k]` becomes `[..., n]`. */
export function projected(x: TensorType, k: number, n: number): TensorType<"f32"> {
  ensure(width(x, "x") === k, "ERR_SHAPE", () => `x: expected ${k} in the last axis`);
  return f32(...x.shape.slice(0, -1), n);
}

const normLinearOperation = defineOperation<NormLinearAttributes>({
  name: "norm_linear",
  attributes: [...packedAttributeNames, "eps", "merged", "sizes", "biases"],
  infer(inputs, attrs) {
    const { sizes, biases, merged, eps, n, k } = attrs;
    expectEpsilon(eps);
    expectAttribute(
      sizes.length > 0 &&
        sizes.length <= mostParts &&
        sizes.length === biases.length &&
        sizes.reduce((a, b) => a + b, 0) === n &&
        (!merged || splits(sizes)),
      () => `parts of [${sizes}] outputs don't make up a packed weight of ${n}`,
    );
    const weights = merged ? [n] : sizes;
    const biased = weights.filter((_, i) => biases[i] === 1);
    expectCount(inputs, 2 + weights.length + biased.length);
    const x = operand(inputs, 0, "x", "f32");
    operand(inputs, 1, "norm", "f32", [k]);
    for (const [i, n] of weights.entries()) {
      operand(inputs, 2 + i, "weight", "u8", specOf({ ...attrs, n }).type.shape);
    }
    for (const [i, n] of biased.entries()) {
      operand(inputs, 2 + weights.length + i, "bias", "f32", [n]);
    }
    return sizes.map((n) => projected(x, k, n));
  },
  adjoint: (context) =>
    recomputedGradients(context, ([x, norm, ...rest]) => {
      const { eps, merged, sizes, biases } = context.attrs;
      const h = rmsNorm(x as Sym<"f32">, norm as Sym<"f32">, { eps });
      const weights = merged ? [context.attrs.n] : sizes;
      const others = rest.slice(weights.length) as Sym<"f32">[];
      const outputs = weights.map((n, i) => {
        const weight = { spec: specOf({ ...context.attrs, n }), bytes: rest[i] as Sym<"u8"> };
        return linear(h, weight, { bias: biases[i] === 1 ? others.shift() : undefined });
      });
      return merged ? partsOf(outputs[0] as Sym<"f32">, sizes) : outputs;
    }),
  cost({ inputs: [x], outputs, attrs: { k, biases } }) {
    const products = outputs.map((y, i) => (2 * k + (biases[i] as number)) * y.elements);
    return { flops: products.reduce((a, b) => a + b, 4 * (x?.elements ?? 0)) };
  },
});

/** Whether parts of these sizes lie in whole panels of one packed weight, few enough for one operation. */
export function splits(sizes: readonly number[]): boolean {
  return sizes.length <= mostParts && sizes.slice(0, -1).every((n) => n % panelWidth === 0);
}

/** Parts of the last axis, copied out. */
export function partsOf(y: Operand<"f32">, sizes: readonly number[]): Sym<"f32">[] {
  const whole = y.shape.slice(0, -1).map(() => ({}));
  let start = 0;
  return sizes.map((count) => {
    const part = slice(y, ...whole, { start, count });
    start += count;
    return part;
  });
}

export interface PackedProjection {
  readonly weight: PackedWeight;
  readonly bias?: Operand<"f32"> | undefined;
}

/**
 * Products of the normalised rows with weights that are {@link alike}, at most 16.
 *
 * @param sizes the parts of the one weight there is, where it holds several.
 */
export function normLinear(
  x: Operand<"f32">,
  projections: readonly PackedProjection[],
  { norm, eps, sizes }: { norm: Operand<"f32">; eps: number; sizes?: readonly number[] },
): Sym<"f32">[] {
  const specs = projections.map((p) => p.weight.spec);
  const own = sizes ?? specs.map((s) => s.n);
  const total = packedWeight({
    ...(specs[0] as PackedSpec),
    n: own.reduce((sum, n) => sum + n, 0),
  });
  const biases = projections.map((p) => (p.bias === undefined ? 0 : 1));
  const attrs = {
    ...packedAttributes(total),
    eps,
    merged: sizes !== undefined,
    sizes: own,
    biases: own.map((_, i) => (sizes === undefined ? biases[i] : biases[0]) as number),
  };
  const operands: Operand<DType>[] = [x, norm, ...projections.map((p) => p.weight.bytes)];
  for (const { bias } of projections) if (bias !== undefined) operands.push(bias);
  return emit(normLinearOperation, operands, attrs) as Sym<"f32">[];
}

/** Whether {@link normLinear} takes these. */
export function fusesWithNorm(specs: readonly PackedSpec[]): boolean {
  return specs.length > 0 && specs.length <= mostParts && alike(specs);
}
