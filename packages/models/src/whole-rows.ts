// One layer of a decoder over whole rows of packed documents, in f32: what training and passes layer by layer share.
// Attention stops before its output projection, so that callers have what that multiplies.

import { fusedAttention, gated, linear, type RopeTable, rmsNorm, rope } from "@ryanstream/kernels";
import { embedding, type Operand, reshape, type Size, type Sym } from "@ryanstream/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import type { LayerNames } from "./weight-names.js";

/** A weight by its name. */
export type WeightLookup = (name: string) => Operand<"f32"> | undefined;

/**
 * What stands for `y = x W^T` (+ bias) of a layer's matrix, whose name is given; for adapters beside weights that stay
 * as they are.
 */
export type Adapt = (y: Sym<"f32">, x: Sym<"f32">, name: string) => Sym<"f32">;

export interface BlockWeights {
  readonly lookup: WeightLookup;
  /** As `lookup`, of a weight that must be there. */
  readonly get: (name: string) => Operand<"f32">;
  readonly adapt?: Adapt | undefined;
}

/** Sizes and masks of the rows, `[B, T]` of them. */
export interface WholeRows {
  readonly B: number;
  readonly T: Size;
  readonly rotations: RopeTable;
  /** `i32[B * T]` */
  readonly segments: Operand<"i32">;
  /** `i32[L]`: places of the queries. Default: all. */
  readonly only?: Operand<"i32"> | undefined;
  readonly window: number | undefined;
}

/** `x W^T` (+ bias) of one of the layer's matrices. */
export function projected(
  x: Sym<"f32">,
  names: LayerNames<string>,
  key: "query" | "key" | "value" | "output" | "gate" | "up" | "down",
  { lookup, get, adapt }: BlockWeights,
): Sym<"f32"> {
  const y = linear(x, get(names[key]), { bias: lookup(names[`${key}Bias`]) });
  return adapt === undefined ? y : adapt(y, x, names[key]);
}

/** What the down projection multiplies: `f32[rows, hidden]` of normed rows. */
export function gatedHidden(
  x: Sym<"f32">,
  { activation }: DecoderConfig,
  names: LayerNames<string>,
  weights: BlockWeights,
): Sym<"f32"> {
  const gate = projected(x, names, "gate", weights);
  const up = projected(x, names, "up", weights);
  return gated[activation](gate, up);
}

/** What the output projection multiplies: `f32[rows, heads * headDim]`, of normed rows `h` of `[B * T, width]`. */
export function attendedHeads(
  h: Sym<"f32">,
  { heads, keyHeads, headDim, normEpsilon: eps, interleaved }: DecoderConfig,
  names: LayerNames<string>,
  weights: BlockWeights,
  { B, T, rotations, segments, only, window }: WholeRows,
): Sym<"f32"> {
  const { lookup } = weights;
  const byHead = (
    y: Sym<"f32">,
    count: number,
    norm: Operand<"f32"> | undefined,
    table: RopeTable,
  ) => {
    const split = reshape(y, [y.shape[0] as Size, count, headDim]);
    const normed = norm === undefined ? split : rmsNorm(split, norm, { eps });
    return rope(normed, table, { interleaved });
  };
  const queries = (x: Sym<"f32">, table: RopeTable) =>
    byHead(projected(x, names, "query", weights), heads, lookup(names.queryNorm), table);
  const key = projected(h, names, "key", weights);
  const k = byHead(key, keyHeads, lookup(names.keyNorm), rotations);
  const v = projected(h, names, "value", weights);
  const rows = h.shape[0] as Size;
  if (only === undefined) {
    const o = fusedAttention(
      reshape(queries(h, rotations), [B, T, heads, headDim]),
      reshape(k, [B, T, keyHeads, headDim]),
      reshape(v, [B, T, keyHeads, headDim]),
      { segments: reshape(segments, [B, T]), window },
    );
    return reshape(o, [rows, heads * headDim]);
  }
  // The batch becomes one row, since each of its rows may have another number of queries.
  const L = only.shape[0] as Size;
  const some = { cos: embedding(rotations.cos, only), sin: embedding(rotations.sin, only) };
  const o = fusedAttention(
    reshape(queries(embedding(h, only), some), [1, L, heads, headDim]),
    reshape(k, [1, rows, keyHeads, headDim]),
    reshape(v, [1, rows, keyHeads, headDim]),
    { positions: reshape(only, [1, L]), segments: reshape(segments, [1, rows]), window },
  );
  return reshape(o, [L, heads * headDim]);
}
