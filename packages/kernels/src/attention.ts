// FusedAttention: softmax(q k^T) v with neither scores nor probabilities in memory
// (Dao et al. 2022), visiting only what the mask lets through. The gradient makes
// the probabilities again from each row's log-sum.

import {
  type ConcreteType,
  type CostContext,
  defineOperation,
  emit,
  f32,
  type Operand,
  type OperationCost,
  type Size,
  type Sym,
  type TensorType,
} from "@ryanstream/tensor";
import { attentionPairs, backwardFlops, forwardFlops } from "./attention-cost.js";
import { sequencesOf } from "./attention-sequences.js";
import { ensure, expectAttribute, expectCount, fixed, operand } from "./check.js";

type AttentionAttributes = {
  readonly scale: number;
  readonly causal: boolean;
  readonly window: number;
  readonly hasSegments: boolean;
  readonly hasPositions: boolean;
};

const attributes = ["scale", "causal", "window", "hasSegments", "hasPositions"] as const;

/** Checks q, k, v and, from input `extra` on, the segments and positions; returns the output's type. */
function check(
  inputs: readonly TensorType[],
  attrs: AttentionAttributes,
  extra: number,
): { o: TensorType<"f32">; lse: TensorType<"f32"> } {
  expectCount(inputs, extra + (attrs.hasSegments ? 1 : 0) + (attrs.hasPositions ? 1 : 0));
  const q = operand(inputs, 0, "q", "f32", [undefined, undefined, undefined, undefined]);
  const [B, T, H, D] = q.shape as readonly [Size, Size, Size, Size];
  const k = operand(inputs, 1, "k", "f32", [B, undefined, undefined, D]);
  const [, S, G] = k.shape as readonly [Size, Size, Size, Size];
  const v = operand(inputs, 2, "v", "f32", [B, S, G, undefined]);
  const [heads, keyHeads] = [fixed(H, "the number of heads"), fixed(G, "the number of key heads")];
  ensure(
    keyHeads === 0 ? heads === 0 : heads % keyHeads === 0,
    "ERR_SHAPE",
    () => `${heads} query heads can't be shared among ${keyHeads} key heads`,
  );
  if (attrs.causal && !attrs.hasPositions) operand(inputs, 0, "q of causal", "f32", [B, S, H, D]);
  if (attrs.hasSegments && !attrs.hasPositions) {
    operand(inputs, 0, "q with segments", "f32", [B, S, H, D]);
  }
  if (attrs.hasSegments) operand(inputs, extra, "segments", "i32", [B, S]);
  if (attrs.hasPositions) {
    operand(inputs, extra + (attrs.hasSegments ? 1 : 0), "positions", "i32", [B, T]);
  }
  expectAttribute(
    Number.isFinite(attrs.scale),
    () => `expected a finite scale, found ${attrs.scale}`,
  );
  expectAttribute(
    Number.isSafeInteger(attrs.window) && attrs.window >= 0,
    () => `expected a window of whole keys, found ${attrs.window}`,
  );
  expectAttribute(
    attrs.causal || (attrs.window === 0 && !attrs.hasPositions),
    () => "a window and positions need causal attention",
  );
  return { o: f32(B, T, H, v.shape[3] as Size), lse: f32(B, H, T) };
}

function cost(
  { inputs, attrs, facts }: CostContext<AttentionAttributes>,
  pass: "forward" | "backward",
): OperationCost {
  const [q, k, v] = inputs as readonly ConcreteType[];
  const [batch = 0, queries = 0, heads = 0, d = 0] = q?.shape ?? [];
  const [, keys = 0, keyHeads = 0] = k?.shape ?? [];
  const e = v?.shape[3] ?? 0;
  if (batch * queries * keys * heads === 0) return { flops: 0 };
  // Forward, the query heads of a key head share their tiles; backward, each head has its own.
  const group = pass === "forward" ? heads / keyHeads : 1;
  const { causal, window, hasSegments, hasPositions } = attrs;
  const count = pass === "forward" ? forwardFlops : backwardFlops;
  const total = { flops: 0, denseFlops: 0 };
  const of = { batch, queries, keys, segmented: hasSegments, positioned: hasPositions };
  for (const { times, dense, ...sequence } of sequencesOf(of, facts)) {
    const pairs = attentionPairs({ ...sequence, group, causal, window });
    const one = count({ ...pairs, dense: dense * group }, d, e);
    total.flops += one.flops * times * (heads / group);
    total.denseFlops += one.denseFlops * times * (heads / group);
  }
  return total;
}

const attentionGrad = defineOperation<AttentionAttributes>({
  name: "attention_grad",
  attributes,
  infer(inputs, attrs) {
    const { o, lse } = check(inputs, attrs, 6);
    operand(inputs, 3, "o", "f32", o.shape);
    operand(inputs, 4, "lse", "f32", lse.shape);
    operand(inputs, 5, "do", "f32", o.shape);
    return inputs.slice(0, 3);
  },
  cost: (context) => cost(context, "backward"),
});

const attentionOperation = defineOperation<AttentionAttributes>({
  name: "attention",
  attributes,
  infer(inputs, attrs) {
    const { o, lse } = check(inputs, attrs, 3);
    return [o, lse];
  },
  adjoint({ inputs, input, output, attrs, cotangent }) {
    const operands = [
      ...[input(0), input(1), input(2), output(0), output(1), cotangent(0)],
      ...inputs.slice(3),
    ];
    return emit(attentionGrad, operands, attrs) as Sym<"f32">[];
  },
  cost: (context) => cost(context, "forward"),
});

export interface AttentionOptions {
  /** Multiplies the scores. Default: `1 / sqrt(D)`. */
  scale?: number;
  /** Query `t` sees keys up to its own position. Default: true. */
  causal?: boolean;
  /** With `causal`: how many keys a query sees at most, itself included. Default: all. */
  window?: number | undefined;
  /** `i32[B, S]`: a query sees keys of its own segment only, for documents packed into one row. */
  segments?: Operand<"i32"> | undefined;
  /**
   * `i32[B, T]`: where query `t` stands among the keys, for queries that are a part of the positions.
   * Query `t` sees the keys up to `positions[b, t]`, and belongs to the segment of the key there; at -1 it
   * sees none.
   */
  positions?: Operand<"i32"> | undefined;
}

/**
 * Attention of every query over the keys that it may see. Query heads `h` share key head
 * `floor(h * G / H)`. A query that sees no key gives zeros.
 *
 * @param q `f32[B, T, H, D]`
 * @param k `f32[B, S, G, D]`, `G` a divisor of `H`; `S` equals `T` when causal, unless `positions` are given.
 * @param v `f32[B, S, G, E]`
 * @returns `f32[B, T, H, E]`
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`. A run with a position outside the keys
 *   fails with `ERR_VALUE`.
 * @see Dao, Fu, Ermon, Rudra & Ré, "FlashAttention", 2022, arXiv 2205.14135, algorithms 1 and 4.
 *
 * `program.cost()` counts the key blocks that the kernel visits against all `T * S` pairs. Facts that it
 * takes: `segmentLengths`, the lengths of all segments, in order, or `segmentLength`, their mean, which
 * counts too little where lengths differ; `promptLength`, the positions of each segment before the first of
 * `positions`, which are else taken to be spread over all of it.
 *
 * @example
 * const o = fusedAttention(rope(q, table), rope(k, table), v, { window: 4096 });
 */
export function fusedAttention(
  q: Operand<"f32">,
  k: Operand<"f32">,
  v: Operand<"f32">,
  options: AttentionOptions = {},
): Sym<"f32"> {
  const { causal = true, window = 0, segments, positions } = options;
  const scale = options.scale ?? 1 / Math.sqrt(fixed(q.shape[3], "the dimension of a head"));
  const operands: Operand[] = [q, k, v];
  if (segments !== undefined) operands.push(segments);
  if (positions !== undefined) operands.push(positions);
  return emit(attentionOperation, operands, {
    scale,
    causal,
    window,
    hasSegments: segments !== undefined,
    hasPositions: positions !== undefined,
  })[0] as Sym<"f32">;
}
