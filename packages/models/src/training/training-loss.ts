// A decoder's forward pass for training, over whole rows of packed documents, to its loss.

import { addRmsNorm, fusedFFN, linearCrossEntropy, rmsNorm, ropeTable } from "@ryanstream/kernels";
import { embedding, type Operand, reshape, type Sym, scope } from "@ryanstream/tensor";
import type { DecoderConfig } from "../decoder-config.js";
import { huggingFaceNames, type LayerNames } from "../weight-names.js";
import {
  type Adapt,
  attendedHeads,
  type BlockWeights,
  gatedHidden,
  projected,
  type WeightLookup,
} from "../whole-rows.js";

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
      delta = scope("attention", () => {
        const o = attendedHeads(h, config, names, weights, rows);
        return projected(o, names, "output", weights);
      });
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

/** Fused where nothing reads what lies between, since its gradient then makes that again. */
function feedForward(
  x: Sym<"f32">,
  config: DecoderConfig,
  names: LayerNames<string>,
  weights: BlockWeights,
): Sym<"f32"> {
  const { lookup, get, adapt } = weights;
  if (adapt !== undefined) {
    return projected(gatedHidden(x, config, names, weights), names, "down", weights);
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
    { activation: config.activation },
  );
}
