// Making packed weights, and reading them back.

import {
  add,
  defineOperation,
  elements,
  emit,
  type FloatDType,
  f32,
  type Operand,
  reshape,
  type Size,
  type Sym,
} from "@ryanstream/tensor";
import { ensure, expectCount, operand } from "./check.js";
import { putColumns } from "./columns.js";
import {
  outliersOf,
  type PackedAttributes,
  type PackedSpec,
  type PackedWeight,
  packedAttributeNames,
  packedAttributes,
  specOf,
} from "./packed-weight.js";

const packOperation = defineOperation<PackedAttributes>({
  name: "pack_weight",
  attributes: packedAttributeNames,
  infer(inputs, attrs) {
    expectCount(inputs, 1);
    operand(inputs, 0, "weight", ["f32", "bf16", "f16"], [attrs.n, attrs.k]);
    return [specOf(attrs).type];
  },
});

const packCodesOperation = defineOperation<PackedAttributes>({
  name: "pack_codes",
  attributes: packedAttributeNames,
  infer(inputs, attrs) {
    const { n, k, group, format, zero, type } = specOf(attrs);
    ensure(group > 0, "ERR_ATTRIBUTE", () => `codes are for int8, int4 and nl4, not for ${format}`);
    expectCount(inputs, zero ? 3 : 2);
    operand(inputs, 0, "codes", "u8", [n, k]);
    const groups = Math.ceil(k / group);
    operand(inputs, 1, "scales", "f32", [n, groups]);
    if (zero) operand(inputs, 2, "zeros", "f32", [n, groups]);
    return [type];
  },
});

const unpackOperation = defineOperation<PackedAttributes>({
  name: "unpack_weight",
  attributes: packedAttributeNames,
  infer(inputs, attrs) {
    expectCount(inputs, 1);
    const spec = specOf(attrs);
    operand(inputs, 0, "bytes", "u8", spec.type.shape);
    return [f32(spec.n, spec.k)];
  },
  cost: ({ inputs: [bytes], outputs: [w] }) => ({
    flops: w?.elements ?? 0,
    bytesRead: bytes?.bytes ?? 0,
  }),
});

const embeddingPackedOperation = defineOperation<PackedAttributes>({
  name: "embedding_packed",
  attributes: packedAttributeNames,
  infer(inputs, attrs) {
    expectCount(inputs, 2);
    const spec = specOf(attrs);
    operand(inputs, 0, "bytes", "u8", spec.type.shape);
    const ids = operand(inputs, 1, "ids", "i32");
    return [f32(...(ids.shape as readonly Size[]), spec.k)];
  },
  // Only the rows that are picked are read.
  cost: ({ inputs: [bytes, ids], outputs: [y], attrs: { n } }) => ({
    flops: y?.elements ?? 0,
    bytesRead: (ids?.bytes ?? 0) + ((bytes?.bytes ?? 0) / Math.max(1, n)) * (ids?.elements ?? 0),
  }),
});

/**
 * Packs a matrix. Integer formats round to nearest against the largest magnitude of each group, or against
 * its least and greatest value with zero points; `nl4` takes the scale of least squared error among several.
 *
 * @param weight `f32|bf16|f16[n, k]`
 * @param spec from {@link packedWeight}
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 *
 * @example
 * const packed = packWeight(weights.up, packedWeight({ n: 4096, k: 1024, format: "bf16" }));
 */
export function packWeight(weight: Operand<FloatDType>, spec: PackedSpec): PackedWeight {
  const bytes = emit(packOperation, [weight], packedAttributes(spec))[0] as Sym<"u8">;
  return { spec, bytes };
}

/**
 * Packs codes that were chosen elsewhere, by a quantiser or a file.
 *
 * @param codes `u8[n, k]`; for `int4` and `nl4` from 0 to 15, else a run fails with `ERR_VALUE`.
 * @param scales `f32[n, ceil(k / group)]`, held as f16
 * @param zeros `f32[n, ceil(k / group)]`, held as f16; only for a spec with zero points
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE`, `ERR_INPUT` or `ERR_ATTRIBUTE`.
 *
 * @example
 * const packed = packCodes(codes, scales, undefined, packedWeight({ n, k, format: "int4" }));
 */
export function packCodes(
  codes: Operand<"u8">,
  scales: Operand<"f32">,
  zeros: Operand<"f32"> | undefined,
  spec: PackedSpec,
): PackedWeight {
  const operands: Operand[] = zeros === undefined ? [codes, scales] : [codes, scales, zeros];
  const bytes = emit(packCodesOperation, operands, packedAttributes(spec))[0] as Sym<"u8">;
  return { spec, bytes };
}

/**
 * The matrix that a packed weight holds, outlier columns included: `f32[n, k]`.
 *
 * @throws `TensorError` `ERR_SHAPE` when the bytes don't fit the spec.
 */
export function unpackWeight(weight: PackedWeight): Sym<"f32"> {
  const { bytes, spec } = weight;
  const rest = emit(unpackOperation, [bytes], packedAttributes(spec))[0] as Sym<"f32">;
  const outliers = outliersOf(weight);
  if (outliers === undefined) return rest;
  return add(rest, putColumns(unpackWeight(outliers.weight), outliers.columns, spec.k));
}

/**
 * Rows of a packed matrix: the embedding of a model whose head is the same matrix.
 *
 * @param ids `i32[...]`; a run with an id outside `0` to `n - 1` fails with `ERR_VALUE`.
 * @returns `f32[..., k]`
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 *
 * @example
 * const x = embeddingPacked(tied, tokens);
 */
export function embeddingPacked(weight: PackedWeight, ids: Operand<"i32">): Sym<"f32"> {
  const { bytes, spec } = weight;
  const rows = emit(embeddingPackedOperation, [bytes, ids], packedAttributes(spec));
  const rest = rows[0] as Sym<"f32">;
  const outliers = outliersOf(weight);
  if (outliers === undefined) return rest;
  const own = embeddingPacked(outliers.weight, ids);
  const taken = reshape(own, [elements(ids.shape), outliers.weight.spec.k]);
  return add(rest, reshape(putColumns(taken, outliers.columns, spec.k), rest.shape));
}
