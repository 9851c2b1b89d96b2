// Cross-entropy of logits that are in memory anyway. For a model's head, whose
// logits would be the largest matrix of all, there is linear-cross-entropy.

import {
  defineOperation,
  elements,
  emit,
  f32,
  type Operand,
  reshape,
  type Size,
  type Sym,
} from "@ryanstream/tensor";
import { expectAttribute, expectCount, operand, width } from "./check.js";
import { type LossOptions, reduceLoss } from "./loss.js";

type LossAttributes = { readonly ignoreIndex: number };

const crossEntropyGrad = defineOperation<LossAttributes>({
  name: "cross_entropy_grad",
  attributes: ["ignoreIndex"],
  infer(inputs) {
    expectCount(inputs, 4);
    const logits = operand(inputs, 0, "logits", "f32", [undefined, undefined]);
    const [rows] = logits.shape as readonly [Size, Size];
    operand(inputs, 1, "targets", "i32", [rows]);
    operand(inputs, 2, "lse", "f32", [rows]);
    operand(inputs, 3, "dloss", "f32", [rows]);
    return [logits];
  },
  cost: ({ inputs: [logits] }) => ({ flops: 3 * (logits?.elements ?? 0) }),
});

const crossEntropyOperation = defineOperation<LossAttributes>({
  name: "cross_entropy",
  attributes: ["ignoreIndex"],
  infer(inputs, { ignoreIndex }) {
    expectCount(inputs, 2);
    expectAttribute(Number.isInteger(ignoreIndex), () => `ignoreIndex can't be ${ignoreIndex}`);
    const logits = operand(inputs, 0, "logits", "f32", [undefined, undefined]);
    const [rows] = logits.shape as readonly [Size, Size];
    operand(inputs, 1, "targets", "i32", [rows]);
    return [f32(rows), f32(rows)];
  },
  adjoint({ input, output, attrs, cotangent }) {
    const operands = [input(0), input<"i32">(1), output(1), cotangent(0)];
    return emit(crossEntropyGrad, operands, attrs) as Sym<"f32">[];
  },
  cost: ({ inputs: [logits] }) => ({ flops: 3 * (logits?.elements ?? 0) }),
});

/**
 * `log(sum(exp(logits))) - logits[target]` for each row, reduced.
 *
 * @param logits `f32[..., V]`
 * @param targets `i32[...]`: ids from 0 to `V - 1`, or `ignoreIndex`. A run with another id fails with `ERR_VALUE`.
 * @returns a scalar, or with `reduction: "none"` the losses `f32[...]`, 0 where ignored.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 *
 * @example
 * const loss = crossEntropy(logits, labels);
 */
export function crossEntropy(
  logits: Operand<"f32">,
  targets: Operand<"i32">,
  options: LossOptions = {},
): Sym<"f32"> {
  const flat = reshape(logits, [elements(logits.shape.slice(0, -1)), width(logits, "logits")]);
  const ids = reshape(targets, [elements(targets.shape)]);
  const ignoreIndex = options.ignoreIndex ?? -100;
  const loss = emit(crossEntropyOperation, [flat, ids], { ignoreIndex })[0] as Sym<"f32">;
  return reduceLoss(loss, targets, options);
}
