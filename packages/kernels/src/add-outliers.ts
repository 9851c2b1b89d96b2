// Outlier columns of weights: what they add to the products of one input with these weights.

import {
  type AdjointContext,
  add,
  type DType,
  defineOperation,
  elements,
  emit,
  f32,
  matmul,
  type Operand,
  reshape,
  type Sym,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, fixed, operand, width } from "./check.js";
import { putColumns } from "./columns.js";
import {
  alike,
  type OutlierColumns,
  type PackedAttributes,
  type PackedSpec,
  packedAttributeNames,
  packedAttributes,
  packedWeight,
  specOf,
} from "./packed-weight.js";
import { unpackWeight } from "./packing.js";

const mostParts = 16;

/** Of the outlier columns' weights, whose `n` is the sum of `sizes`; `inputs`: the width of `x`. */
type AddOutliersAttributes = PackedAttributes & {
  readonly inputs: number;
  readonly sizes: readonly number[];
};

const addOutliersOperation = defineOperation<AddOutliersAttributes>({
  name: "add_outliers",
  attributes: [...packedAttributeNames, "inputs", "sizes"],
  infer(inputs, attrs) {
    const { sizes, n, k } = attrs;
    const parts = sizes.length;
    expectAttribute(
      parts > 0 && parts <= mostParts && sizes.reduce((a, b) => a + b, 0) === n,
      () => `parts of [${sizes}] outputs don't make up outlier columns of ${n}`,
    );
    expectCount(inputs, 1 + 3 * parts);
    const x = operand(inputs, 0, "x", "f32");
    ensure(
      width(x, "x") === attrs.inputs,
      "ERR_SHAPE",
      () => `x: expected ${attrs.inputs} in the last axis`,
    );
    const rows = x.shape.slice(0, -1);
    return sizes.map((size, i) => {
      operand(inputs, 1 + i, "y", "f32", [...rows, size]);
      const columns = operand(inputs, 1 + parts + i, "columns", "i32", [undefined]);
      const count = fixed(columns.shape[0], "columns");
      ensure(count <= k, "ERR_SHAPE", () => `expected at most ${k} columns, found ${count}`);
      const { type } = specOf({ ...attrs, n: size });
      operand(inputs, 1 + 2 * parts + i, "weight", "u8", type.shape);
      return f32(...rows, size);
    });
  },
  adjoint({ inputs, input, attrs, needed, cotangents }: AdjointContext<AddOutliersAttributes>) {
    const parts = attrs.sizes.length;
    const along = attrs.sizes.flatMap((n, i) => {
      const dy = cotangents[i];
      if (dy === undefined || !needed[0]) return [];
      const spec = specOf({ ...attrs, n });
      const weight = unpackWeight({ spec, bytes: input<"u8">(1 + 2 * parts + i) });
      const taken = matmul(flat(dy), weight);
      return [putColumns(taken, input<"i32">(1 + parts + i), attrs.inputs)];
    });
    const [first, ...others] = along;
    const dx =
      first === undefined
        ? undefined
        : reshape(
            others.reduce((a, b) => add(a, b), first),
            input<"f32">(0).shape,
          );
    return inputs.map((_, i) => (i === 0 ? dx : i <= parts ? cotangents[i - 1] : undefined));
  },
  cost({ outputs, attrs: { k } }) {
    return { flops: outputs.reduce((sum, y) => sum + (2 * k + 1) * y.elements, 0) };
  },
});

/** `f32[rows, width]` */
export function flat(x: Operand<"f32">): Sym<"f32"> {
  return reshape(x, [elements(x.shape.slice(0, -1)), width(x, "x")]);
}

/** A product with a weight, and the columns that it lacks. */
export interface Lacking {
  /** `f32[..., n]` */
  readonly y: Operand<"f32">;
  readonly outliers: OutlierColumns | undefined;
}

/**
 * Adds to products of `x` what the weights' outlier columns make of it, in one operation where these
 * are alike.
 *
 * @param x `f32[..., k]`
 * @returns for each product `f32[..., n]`; those without outlier columns as they are.
 */
export function addOutliers(x: Operand<"f32">, products: readonly Lacking[]): Operand<"f32">[] {
  const lacking = products.filter((p): p is Required<Lacking> & { outliers: OutlierColumns } => {
    return p.outliers !== undefined;
  });
  const specs = lacking.map((p) => p.outliers.weight.spec);
  const [first] = specs;
  if (first === undefined) return products.map(({ y }) => y);
  if (!alike(specs) || specs.length > mostParts) {
    return products.map((p) => addOutliers(x, [p])[0] as Operand<"f32">);
  }
  const sizes = specs.map(({ n }) => n);
  const whole: PackedSpec = packedWeight({ ...first, n: sizes.reduce((a, b) => a + b, 0) });
  const operands: Operand<DType>[] = [
    x,
    ...lacking.map(({ y }) => y),
    ...lacking.map(({ outliers }) => outliers.columns),
    ...lacking.map(({ outliers }) => outliers.weight.bytes),
  ];
  const attrs = { ...packedAttributes(whole), inputs: fixed(width(x, "x"), "x"), sizes };
  const sums = emit(addOutliersOperation, operands, attrs) as Sym<"f32">[];
  return products.map(({ y, outliers }) =>
    outliers === undefined ? y : (sums.shift() as Sym<"f32">),
  );
}
