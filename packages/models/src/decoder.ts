// The decoder, once for all architectures: rows of many sequences, whose keys and values
// lie in pages, become the logits of those rows that are asked for.

import {
  embeddingPacked,
  fusedFFN,
  kvWrite,
  linear,
  normProjection,
  type PagedCache,
  type PagedRows,
  pagedAttention,
  type RopeTable,
  rmsNorm,
  rope,
  ropeTable,
} from "@ryanstream/kernels";
import {
  add,
  dim,
  embedding,
  i32,
  type Operand,
  program,
  reshape,
  type Sym,
  scope,
} from "@ryanstream/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import type { DecoderWeights, LayerWeights } from "./decoder-weights.js";

export interface DecoderLimits {
  /** Rows of a step. */
  readonly maxRows: number;
  /** Rows of a step whose logits are asked for. */
  readonly maxLogits: number;
}

export type DecoderProgram = ReturnType<typeof decoderProgram>;

/**
 * The program of a step: `tokens`, `seq` and `pos` of its rows, the page table, and the places of the rows
 * whose logits are wanted.
 */
export function decoderProgram(
  config: DecoderConfig,
  weights: DecoderWeights,
  cache: PagedCache,
  { maxRows, maxLogits }: DecoderLimits,
) {
  const R = dim("rows", { max: maxRows });
  const L = dim("logits", { min: 0, max: maxLogits });
  const specs = {
    tokens: i32(R),
    seq: i32(R),
    pos: i32(R),
    table: cache.table,
    logitRows: i32(L),
  };
  return program(specs, ({ tokens, logitRows, ...rows }) => {
    const rotations = ropeTable(rows.pos, config.rope);
    let x = embeddingPacked(weights.embedding, tokens);
    for (const [i, layer] of weights.layers.entries()) {
      x = scope(`layers.${i}`, () => block(x, config, layer, cache, i, rows, rotations));
    }
    return scope("head", () => {
      const wanted = embedding(x, logitRows);
      return linear(rmsNorm(wanted, weights.norm, { eps: config.normEpsilon }), weights.head);
    });
  });
}

/** One layer: attention, then the feed-forward block, each added to what came in. */
function block(
  x: Sym<"f32">,
  config: DecoderConfig,
  layer: LayerWeights,
  cache: PagedCache,
  index: number,
  rows: PagedRows,
  rotations: RopeTable,
): Sym<"f32"> {
  const { heads, keyHeads, headDim, normEpsilon: eps, interleaved, activation } = config;
  const R = x.shape[0] as Sym["shape"][number];
  const h = scope("attention", () => {
    const { query, key, value } = layer;
    const projected = normProjection(x, [query, key, value], { norm: layer.attentionNorm, eps });
    const [q, k, v] = projected as [Sym<"f32">, Sym<"f32">, Sym<"f32">];
    const byHead = (y: Sym<"f32">, count: number, norm: Operand<"f32"> | undefined) => {
      const split = reshape(y, [R, count, headDim]);
      return rope(norm === undefined ? split : rmsNorm(split, norm, { eps }), rotations, {
        interleaved,
      });
    };
    const pages = cache.layers[index] as PagedCache["layers"][number];
    const turned = byHead(q, heads, layer.queryNorm);
    kvWrite(byHead(k, keyHeads, layer.keyNorm), reshape(v, [R, keyHeads, headDim]), pages, rows);
    const o = pagedAttention(turned, pages, rows, { window: config.windows[index] });
    const { weight, bias } = layer.output;
    return linear(reshape(o, [R, heads * headDim]), weight, { bias });
  });
  return scope("ffn", () => {
    const after = add(h, x);
    const { gate, up, down } = layer;
    const y = fusedFFN(
      after,
      {
        gate: gate.weight,
        gateBias: gate.bias,
        up: up.weight,
        upBias: up.bias,
        down: down.weight,
        downBias: down.bias,
      },
      { activation, norm: layer.ffnNorm, eps },
    );
    return add(y, after);
  });
}
