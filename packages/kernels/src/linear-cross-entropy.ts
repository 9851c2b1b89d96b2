// The head of a model and its loss as one operation: logits exist only a block at
// a time, and rows without a loss are never computed. Where a gradient is asked
// for, the forward operation is replaced by one that computes loss and gradients
// from the same logits, so that no product is made twice.

import {
  type ConcreteType,
  type CostContext,
  defineOperation,
  elements,
  emit,
  f32,
  numberFact,
  type Operand,
  type OperationCost,
  reshape,
  type Size,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { expectAttribute, expectCount, operand, width } from "./check.js";
import { type LossOptions, reduceLoss } from "./loss.js";

type HeadAttributes = { readonly ignoreIndex: number };

function rowsOf(inputs: readonly TensorType[], { ignoreIndex }: HeadAttributes): Size {
  expectAttribute(Number.isInteger(ignoreIndex), () => `ignoreIndex can't be ${ignoreIndex}`);
  const x = operand(inputs, 0, "x", "f32", [undefined, undefined]);
  const [rows, inner] = x.shape as readonly [Size, Size];
  operand(inputs, 1, "weight", "f32", [undefined, inner]);
  operand(inputs, 2, "targets", "i32", [rows]);
  return rows;
}

/** `products` of [R, K] by [V, K], only for the share of rows that have a loss. */
function cost({ inputs, facts }: CostContext<HeadAttributes>, products: number): OperationCost {
  const [x, weight, targets] = inputs as readonly [ConcreteType, ConcreteType, ConcreteType];
  const denseFlops = products * 2 * targets.elements * weight.elements;
  const share = Math.min(1, Math.max(0, numberFact(facts, "lossShare", 1)));
  return {
    flops: denseFlops * share,
    denseFlops,
    bytesRead: x.bytes * share + weight.bytes + targets.bytes,
  };
}

const linearCrossEntropyGrad = defineOperation<HeadAttributes>({
  name: "linear_cross_entropy_grad",
  attributes: ["ignoreIndex"],
  infer(inputs, attrs) {
    expectCount(inputs, 4);
    const rows = rowsOf(inputs, attrs);
    operand(inputs, 3, "dloss", "f32", [rows]);
    return [f32(rows), f32(rows), ...inputs.slice(0, 2)];
  },
  cost: (context) => cost(context, 3),
});

const linearCrossEntropyOperation = defineOperation<HeadAttributes>({
  name: "linear_cross_entropy",
  attributes: ["ignoreIndex"],
  infer(inputs, attrs) {
    expectCount(inputs, 3);
    const rows = rowsOf(inputs, attrs);
    return [f32(rows), f32(rows)];
  },
  adjoint({ input, attrs, cotangent }) {
    const operands = [input(0), input(1), input<"i32">(2), cotangent(0)];
    const [loss, lse, dx, dw] = emit(linearCrossEntropyGrad, operands, attrs) as Sym<"f32">[];
    return { inputs: [dx, dw, undefined], replaceOutputs: [loss, lse] };
  },
  cost: (context) => cost(context, 1),
});

/**
 * `crossEntropy(x @ weight^T, targets)` without the logits in memory.
 *
 * @param x `f32[..., K]`: the last hidden states.
 * @param weight `f32[V, K]`: the head.
 * @param targets `i32[...]`: ids from 0 to `V - 1`, or `ignoreIndex`. A run with another id fails with `ERR_VALUE`.
 * @returns a scalar, or with `reduction: "none"` the losses `f32[...]`, 0 where ignored.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 * @see Wijmans et al., "Cut Your Losses in Large-Vocabulary Language Models", 2024, arXiv 2411.09009, for the
 *   loss without logits in memory; Hsu et al., "Liger Kernel", 2024, arXiv 2410.10989, section 3.2, for gradients
 *   made in the forward pass.
 *
 * `program.cost()` takes the fact `lossShare`: the share of targets that aren't ignored.
 *
 * @example
 * const loss = linearCrossEntropy(hidden, weights.head, targets);
 */
export function linearCrossEntropy(
  x: Operand<"f32">,
  weight: Operand<"f32">,
  targets: Operand<"i32">,
  options: LossOptions = {},
): Sym<"f32"> {
  const flat = reshape(x, [elements(x.shape.slice(0, -1)), width(x, "x")]);
  const ids = reshape(targets, [elements(targets.shape)]);
  const attrs = { ignoreIndex: options.ignoreIndex ?? -100 };
  const loss = emit(linearCrossEntropyOperation, [flat, weight, ids], attrs)[0] as Sym<"f32">;
  return reduceLoss(loss, targets, options);
}
