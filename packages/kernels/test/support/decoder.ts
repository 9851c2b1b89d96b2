// The decoder of tools/golden/decoder.py over fused operations, with the same
// names of parameters. An option computes the last layer only where there is a
// loss: positions without one need nothing there but their keys and values.

import {
  broadcastTo,
  constant,
  embedding,
  f32,
  type Operand,
  type Parameter,
  parameter,
  reshape,
  type Sym,
  scope,
} from "@ryanstream/tensor";
import { weight } from "../../../../tools/golden/weights.js";
import {
  addRmsNorm,
  fusedAttention,
  fusedFFN,
  linear,
  linearCrossEntropy,
  type RopeTable,
  rmsNorm,
  rope,
  ropeFrequencies,
  ropeTable,
} from "../../src/index.js";

export interface DecoderConfig {
  readonly vocab: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly head_dim: number;
  readonly hidden: number;
  readonly rope_base?: number;
  readonly eps?: number;
}

/** Ten million parameters: the decoder of the benchmarks of training. */
export const tenMillion: DecoderConfig = {
  vocab: 4096,
  width: 320,
  layers: 6,
  heads: 5,
  kv_heads: 5,
  head_dim: 64,
  hidden: 864,
};

/** By name, in decoder.py's order. */
export type Weights = ReadonlyMap<string, Parameter<"f32">>;

export function decoderWeights(c: DecoderConfig): Weights {
  const weights = new Map<string, Parameter<"f32">>();
  const add = (name: string, ...shape: number[]) =>
    weights.set(
      name,
      parameter(name, f32(...shape), { init: (values) => values.set(weight(name, shape)) }),
    );
  add("embedding", c.vocab, c.width);
  for (let i = 0; i < c.layers; i++) {
    add(`layers.${i}.attention.norm`, c.width);
    add(`layers.${i}.attention.q`, c.heads * c.head_dim, c.width);
    add(`layers.${i}.attention.k`, c.kv_heads * c.head_dim, c.width);
    add(`layers.${i}.attention.v`, c.kv_heads * c.head_dim, c.width);
    add(`layers.${i}.attention.o`, c.width, c.heads * c.head_dim);
    add(`layers.${i}.ffn.norm`, c.width);
    add(`layers.${i}.ffn.gate`, c.hidden, c.width);
    add(`layers.${i}.ffn.up`, c.hidden, c.width);
    add(`layers.${i}.ffn.down`, c.width, c.hidden);
  }
  add("norm", c.width);
  add("head", c.vocab, c.width);
  return weights;
}

export interface DecoderBatch {
  readonly tokens: Operand<"i32">; // [B, T], fixed sizes
  /** `[B, T]`; with `lossPositions`, `[L]`. */
  readonly targets: Operand<"i32">;
  /** `[L]`: places in the flattened `[B * T]` that have a loss; nothing after the last keys is computed elsewhere. */
  readonly lossPositions?: Operand<"i32">;
  /** Default: the mean over targets that aren't -100. */
  readonly reduction?: "mean" | "none";
}

/** Cross-entropy of the next token. */
export function decoderLoss(weights: Weights, c: DecoderConfig, batch: DecoderBatch): Sym<"f32"> {
  const { tokens, targets, lossPositions, reduction = "mean" } = batch;
  const [B, T] = tokens.shape as readonly [number, number];
  const eps = c.eps ?? 1e-5;
  const get = (name: string) => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no weight is called ${name}`);
    return found;
  };
  const all = rotations(B, T, c);
  let x = reshape(embedding(get("embedding"), tokens), [B * T, c.width]);
  let delta: Sym<"f32"> | undefined; // not yet added to x
  const normalise = (name: string) => {
    if (delta === undefined) return rmsNorm(x, get(name), { eps });
    const { sum, normalised } = addRmsNorm(delta, x, get(name), { eps });
    x = sum;
    return normalised;
  };
  for (let i = 0; i < c.layers; i++) {
    const layer = `layers.${i}`;
    scope(layer, () => {
      const h = normalise(`${layer}.attention.norm`);
      const only = i === c.layers - 1 ? lossPositions : undefined;
      delta = scope("attention", () =>
        attention(h, (name) => get(`${layer}.attention.${name}`), c, { B, T, all, only }),
      );
      if (only !== undefined) x = embedding(x, only);
      const g = normalise(`${layer}.ffn.norm`);
      const [gate, up, down] = ["gate", "up", "down"].map((name) =>
        get(`${layer}.ffn.${name}`),
      ) as [Operand<"f32">, Operand<"f32">, Operand<"f32">];
      delta = scope("ffn", () => fusedFFN(g, { gate, up, down }));
    });
  }
  return scope("head", () => {
    const h = normalise("norm");
    return linearCrossEntropy(h, get("head"), reshape(targets, [h.shape[0] as number]), {
      reduction,
    });
  });
}

/** One table for all layers: the rows of a sequence, repeated for the batch. */
function rotations(B: number, T: number, c: DecoderConfig): RopeTable {
  const frequencies = ropeFrequencies({ headDim: c.head_dim, base: c.rope_base ?? 10000 });
  const positions = constant(Int32Array.from({ length: T }, (_, t) => t));
  const { cos, sin } = ropeTable(positions, frequencies);
  const pairs = c.head_dim / 2;
  const repeat = (x: Sym<"f32">) => reshape(broadcastTo(x, [B, T, pairs]), [B * T, pairs]);
  return { cos: repeat(cos), sin: repeat(sin) };
}

interface AttentionSetting {
  readonly B: number;
  readonly T: number;
  readonly all: RopeTable;
  readonly only: Operand<"i32"> | undefined;
}

function attention(
  h: Sym<"f32">, // [B * T, width]
  get: (name: string) => Operand<"f32">,
  { heads, kv_heads, head_dim }: DecoderConfig,
  { B, T, all, only }: AttentionSetting,
): Sym<"f32"> {
  const k = rope(reshape(linear(h, get("k")), [B * T, kv_heads, head_dim]), all);
  const v = linear(h, get("v"));
  if (only === undefined) {
    const q = rope(reshape(linear(h, get("q")), [B * T, heads, head_dim]), all);
    const o = fusedAttention(
      reshape(q, [B, T, heads, head_dim]),
      reshape(k, [B, T, kv_heads, head_dim]),
      reshape(v, [B, T, kv_heads, head_dim]),
    );
    return linear(reshape(o, [B * T, heads * head_dim]), get("o"));
  }
  // The batch becomes one row of B segments, since each sequence may have another number of queries.
  const L = only.shape[0] as number;
  const some = { cos: embedding(all.cos, only), sin: embedding(all.sin, only) };
  const q = rope(reshape(linear(embedding(h, only), get("q")), [L, heads, head_dim]), some);
  const o = fusedAttention(
    reshape(q, [1, L, heads, head_dim]),
    reshape(k, [1, B * T, kv_heads, head_dim]),
    reshape(v, [1, B * T, kv_heads, head_dim]),
    {
      positions: reshape(only, [1, L]),
      segments:
        B === 1
          ? undefined
          : constant(
              Int32Array.from({ length: B * T }, (_, i) => Math.floor(i / T)),
              [1, B * T],
            ),
    },
  );
  return linear(reshape(o, [L, heads * head_dim]), get("o"));
}
