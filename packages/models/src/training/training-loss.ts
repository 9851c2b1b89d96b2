// A decoder's forward pass for training, over whole rows of packed documents, to its loss.

import {
  addRmsNorm,
  fusedAttention,
  fusedFFN,
  gated,
  linear,
  linearCrossEntropy,
  type RopeTable,
  rmsNorm,
  rope,
  ropeTable,
} from "@ryanstream/kernels";
import { embedding, type Operand, reshape, type Size, type Sym, scope } from "@ryanstream/tensor";
import type { DecoderConfig } from "../decoder-config.js";
import { huggingFaceNames, type LayerNames } from "../weight-names.js";

/** Positions that have a loss. */
export interface LossRows {
  /**
   * `i32[L]`: places in the flattened `[B * T]`, ascending; of the last layer, nothing but keys and values is computed
   * elsewhere. Default: all of them, so that `L` is `B * T`.
   */
  readonly places?: Operand<"i32">;
  /** `i32[L]`: the token that follows each of them; -100 where there is no loss. */
  readonly targets: Operand<"i32">;
}

/** What a step reads. Sizes `B` and `T` are fixed. */
export interface TrainingInputs {
  /** `i32[B, T]` */
  readonly tokens: Operand<"i32">;
  /** `i32[B, T]`: where a token stands in its document. */
  readonly positions: Operand<"i32">;
  /** `i32[B * T]`: tokens attend to those of the same number only; a number is of one row of the batch. */
  readonly segments: Operand<"i32">;
  readonly loss: LossRows;
}

/** A weight by its name. */
export type WeightLookup = (name: string) => Operand<"f32"> | undefined;

/**
 * What stands for `y = x W^T` (+ bias) of a layer's matrix, whose name is given; for adapters beside weights that stay
 * as they are.
 */
export type Adapt = (y: Sym<"f32">, x: Sym<"f32">, name: string) => Sym<"f32">;

/** The losses `f32[L]` of the next token. */
export function trainingLoss(
  config: DecoderConfig,
  lookup: WeightLookup,
  { tokens, positions, segments, loss }: TrainingInputs,
  adapt?: Adapt,
): Sym<"f32"> {
  const [B, T] = tokens.shape as readonly [number, number];
  const { width, layers, normEpsilon: eps, tied } = config;
  const get = (name: string): Operand<"f32"> => {
    const found = lookup(name);
    if (found === undefined) throw new Error(`no weight is called ${name}`);
    return found;
  };
  const weights = { lookup, get, adapt };
  const rotations = ropeTable(reshape(positions, [B * T]), config.rope);
  let x = reshape(embedding(get(huggingFaceNames.embedding), tokens), [B * T, width]);
  let delta: Sym<"f32"> | undefined; // not yet added to x
  const normalise = (name: string) => {
    if (delta === undefined) return rmsNorm(x, get(name), { eps });
    const { sum, normalised } = addRmsNorm(delta, x, get(name), { eps });
    x = sum;
    return normalised;
  };
  for (let i = 0; i < layers; i++) {
    scope(`layers.${i}`, () => {
      const names = huggingFaceNames.layer(i);
      const only = i === layers - 1 ? loss.places : undefined;
      const h = normalise(names.attentionNorm);
      const rows = { B, T, rotations, segments, only, window: config.windows[i] };
      delta = scope("attention", () => attention(h, config, names, weights, rows));
      if (only !== undefined) x = embedding(x, only);
      const g = normalise(names.ffnNorm);
      delta = scope("ffn", () => feedForward(g, config, names, weights));
    });
  }
  return scope("head", () => {
    const head = get(tied ? huggingFaceNames.embedding : huggingFaceNames.head);
    const h = normalise(huggingFaceNames.norm);
    return linearCrossEntropy(h, head, loss.targets, { reduction: "none" });
  });
}

interface Weights {
  readonly lookup: WeightLookup;
  readonly get: (name: string) => Operand<"f32">;
  readonly adapt: Adapt | undefined;
}

function projected(
  x: Sym<"f32">,
  names: LayerNames<string>,
  key: "query" | "key" | "value" | "output" | "gate" | "up" | "down",
  { lookup, get, adapt }: Weights,
): Sym<"f32"> {
  const y = linear(x, get(names[key]), { bias: lookup(names[`${key}Bias`]) });
  return adapt === undefined ? y : adapt(y, x, names[key]);
}

function feedForward(
  x: Sym<"f32">,
  { activation }: DecoderConfig,
  names: LayerNames<string>,
  weights: Weights,
): Sym<"f32"> {
  const { lookup, get, adapt } = weights;
  if (adapt !== undefined) {
    const gate = projected(x, names, "gate", weights);
    const up = projected(x, names, "up", weights);
    return projected(gated[activation](gate, up), names, "down", weights);
  }
  return fusedFFN(
    x,
    {
      gate: get(names.gate),
      gateBias: lookup(names.gateBias),
      up: get(names.up),
      upBias: lookup(names.upBias),
      down: get(names.down),
      downBias: lookup(names.downBias),
    },
    { activation },
  );
}

interface Rows {
  readonly B: number;
  readonly T: number;
  readonly rotations: RopeTable;
  readonly segments: Operand<"i32">;
  readonly only: Operand<"i32"> | undefined;
  readonly window: number | undefined;
}

function attention(
  h: Sym<"f32">, // [B * T, width]
  { heads, keyHeads, headDim, normEpsilon: eps, interleaved }: DecoderConfig,
  names: LayerNames<string>,
  weights: Weights,
  { B, T, rotations, segments, only, window }: Rows,
): Sym<"f32"> {
  const { lookup } = weights;
  const project = (x: Sym<"f32">, key: "query" | "key" | "value" | "output") =>
    projected(x, names, key, weights);
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
  const k = byHead(project(h, "key"), keyHeads, lookup(names.keyNorm), rotations);
  const v = project(h, "value");
  if (only === undefined) {
    const q = byHead(project(h, "query"), heads, lookup(names.queryNorm), rotations);
    const o = fusedAttention(
      reshape(q, [B, T, heads, headDim]),
      reshape(k, [B, T, keyHeads, headDim]),
      reshape(v, [B, T, keyHeads, headDim]),
      { segments: reshape(segments, [B, T]), window },
    );
    return project(reshape(o, [B * T, heads * headDim]), "output");
  }
  // The batch becomes one row, since each of its rows may have another number of queries.
  const L = only.shape[0] as Size;
  const some = { cos: embedding(rotations.cos, only), sin: embedding(rotations.sin, only) };
  const q = byHead(project(embedding(h, only), "query"), heads, lookup(names.queryNorm), some);
  const o = fusedAttention(
    reshape(q, [1, L, heads, headDim]),
    reshape(k, [1, B * T, keyHeads, headDim]),
    reshape(v, [1, B * T, keyHeads, headDim]),
    { positions: reshape(only, [1, L]), segments: reshape(segments, [1, B * T]), window },
  );
  return project(reshape(o, [L, heads * headDim]), "output");
}
