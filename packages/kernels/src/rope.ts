// Rotary position embedding (Su et al. 2021, section 3.2): pairs of dimensions of
// a head are turned by an angle that grows with the position. The angles of all
// positions of a step are computed once and shared by all layers and heads.

import {
  constant,
  defineOperation,
  elements,
  emit,
  f32,
  type Operand,
  type Operation,
  reshape,
  type Size,
  type Sym,
} from "@ryanstream/tensor";
import { ensure, expectAttribute, expectCount, fixed, operand, width } from "./check.js";
import type { RopeFrequencies } from "./rope-frequencies.js";

const tableOperation = defineOperation<{ readonly scale: number }>({
  name: "rope_table",
  attributes: ["scale"],
  infer(inputs, { scale }) {
    expectCount(inputs, 2);
    expectAttribute(Number.isFinite(scale), () => `expected a finite scale, found ${scale}`);
    const [rows] = operand(inputs, 0, "positions", "i32", [undefined]).shape as readonly [Size];
    const [pairs] = operand(inputs, 1, "frequencies", "f32", [undefined]).shape as readonly [Size];
    return [f32(rows, pairs), f32(rows, pairs)];
  },
  adjoint: "zero",
  cost: ({ outputs: [cos] }) => ({ flops: 5 * (cos?.elements ?? 0) }), // an angle, cos, sin, two scales
});

type RopeAttributes = { readonly interleaved: boolean; readonly inverse: boolean };

const ropeOperation: Operation<RopeAttributes> = defineOperation<RopeAttributes>({
  name: "rope",
  attributes: ["interleaved", "inverse"],
  infer(inputs) {
    expectCount(inputs, 3);
    const x = operand(inputs, 0, "x", "f32", [undefined, undefined, undefined]);
    const rows = x.shape[0] as Size;
    const cos = operand(inputs, 1, "cos", "f32", [rows, undefined]);
    operand(inputs, 2, "sin", "f32", cos.shape);
    const pairs = fixed(cos.shape[1], "the number of rotated pairs");
    const dims = fixed(width(x, "x"), "the head's dimension");
    ensure(
      2 * pairs <= dims,
      "ERR_SHAPE",
      () => `${pairs} pairs don't fit in a head of ${dims} dimensions`,
    );
    return [x];
  },
  // A rotation's transpose is the rotation back.
  adjoint: ({ input, attrs, cotangent }) => [
    emit(ropeOperation, [cotangent(0), input(1), input(2)], {
      ...attrs,
      inverse: !attrs.inverse,
    })[0] as Sym<"f32">,
  ],
  cost({ inputs: [x, cos] }) {
    const heads = x?.shape[1] ?? 0;
    return { flops: 6 * heads * (cos?.elements ?? 0) }; // four products and two sums a pair
  },
});

/** Cosines and sines of each row's position. */
export interface RopeTable {
  readonly cos: Sym<"f32">; // [R, pairs]
  readonly sin: Sym<"f32">; // [R, pairs]
}

/**
 * The rotations of the rows of a step, made once and used by every layer.
 *
 * @param positions `i32[R]`: the place of each row in its sequence.
 * @param frequencies from {@link ropeFrequencies}: `pairs` frequencies and the scale of cosines and sines.
 * @returns two `f32[R, pairs]`. Angles are rounded to f32 before the cosine, as PyTorch does.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 *
 * @example
 * const table = ropeTable(positions, ropeFrequencies({ headDim: 64 }));
 */
export function ropeTable(
  positions: Operand<"i32">,
  { frequencies, scale }: RopeFrequencies,
): RopeTable {
  const operands = [positions, constant(frequencies)];
  const [cos, sin] = emit(tableOperation, operands, { scale }) as [Sym<"f32">, Sym<"f32">];
  return { cos, sin };
}

export interface RopeOptions {
  /**
   * Whether a pair is two neighbours (GPT-J, Meta's Llama files) rather than one of each half
   * (GPT-NeoX, Hugging Face's files). Default: false.
   */
  interleaved?: boolean;
  /** Rotate back. Default: false. */
  inverse?: boolean;
}

/**
 * Rotates queries or keys.
 *
 * @param x `f32[..., H, D]`, with as many rows before the last two axes as the table has. The first
 *   `2 * pairs` dimensions of each head are rotated, the rest is copied.
 * @param table from {@link ropeTable}.
 * @returns the shape of `x`.
 * @throws `TensorError` `ERR_SHAPE` or `ERR_DTYPE`.
 * @see Su et al., "RoFormer", 2021, arXiv 2104.09864, section 3.2.
 *
 * @example
 * const q = rope(reshape(linear(h, weights.q), [B, T, heads, headDim]), table);
 */
export function rope(
  x: Operand<"f32">,
  { cos, sin }: RopeTable,
  { interleaved = false, inverse = false }: RopeOptions = {},
): Sym<"f32"> {
  const [heads, dims] = x.shape.slice(-2);
  ensure(
    x.shape.length >= 3 && heads !== undefined && dims !== undefined,
    "ERR_SHAPE",
    () => `rope: expected x with axes [..., heads, dimensions], found rank ${x.shape.length}`,
  );
  const rows = elements(x.shape.slice(0, -2));
  const flat = x.shape.length === 3 ? x : reshape(x, [rows, heads, dims]);
  const turned = emit(ropeOperation, [flat, cos, sin], { interleaved, inverse })[0] as Sym<"f32">;
  return x.shape.length === 3 ? turned : reshape(turned, x.shape);
}
