// One program for all layers: its weights are overwritten with those of the layer that runs next.

import { linear, rmsNorm, ropeTable } from "@ryanstream/kernels";
import {
  add,
  dim,
  f32,
  i32,
  type Parameter,
  parameter,
  program,
  type Sym,
  scope,
} from "@ryanstream/tensor";
import type { DecoderConfig } from "../decoder-config.js";
import { layerShapes } from "../decoder-weights.js";
import { huggingFaceNames, type LayerNames } from "../weight-names.js";
import { attendedHeads, gatedHidden, projected } from "../whole-rows.js";
import type { LayerInput } from "./layered-model.js";
import { projections } from "./listed-tensors.js";

export type LayerKey = keyof LayerNames<string>;

/** Names of a layer's weights within the program are their keys. */
const keys = Object.fromEntries(
  Object.keys(huggingFaceNames.layer(0)).map((key) => [key, key]),
) as unknown as LayerNames<LayerKey>;

/** The weights of one layer in f32, by their keys. */
export class LayerSlots implements Disposable {
  readonly slots: ReadonlyMap<LayerKey, Parameter<"f32">>;

  /** @param biases  those that any of the layers has */
  constructor(config: DecoderConfig, biases: ReadonlySet<LayerKey>) {
    const { width, headDim, queryKeyNorm } = config;
    const shapes = layerShapes(config);
    const slots = new Map<LayerKey, Parameter<"f32">>();
    const put = (key: LayerKey, ...shape: number[]) =>
      slots.set(key, parameter(key, f32(...shape)));
    put("attentionNorm", width);
    put("ffnNorm", width);
    if (queryKeyNorm) for (const key of ["queryNorm", "keyNorm"] as const) put(key, headDim);
    for (const key of projections) {
      put(key, ...shapes[key]);
      if (biases.has(`${key}Bias`)) put(`${key}Bias`, shapes[key][0]);
    }
    this.slots = slots;
  }

  [Symbol.dispose](): void {
    for (const slot of this.slots.values()) slot.dispose();
  }
}

export type LayerProgram = ReturnType<typeof layerProgram>;

export interface LayerProgramOptions {
  /** Tokens of a run at most. */
  readonly rows: number;
  readonly window: number | undefined;
  /** Whether it gives what the layer's matrices multiply too, as {@link LayerInput} names it. */
  readonly capture: boolean;
}

/** From hidden states to those after the layer: `hidden`. */
export function layerProgram(
  config: DecoderConfig,
  { slots }: LayerSlots,
  { rows, window, capture }: LayerProgramOptions,
) {
  const { width, normEpsilon: eps } = config;
  const lookup = (key: string) => slots.get(key as LayerKey);
  const get = (key: string) => lookup(key) as Parameter<"f32">;
  const weights = { lookup, get };
  const T = dim("tokens", { max: rows });
  const inputs = { x: f32(T, width), positions: i32(T), segments: i32(T) };
  return program(inputs, ({ x, positions, segments }): Readonly<Record<string, Sym<"f32">>> => {
    const rotations = ropeTable(positions, config.rope);
    const attentionIn = rmsNorm(x, get(keys.attentionNorm), { eps });
    const attentionOut = scope("attention", () =>
      attendedHeads(attentionIn, config, keys, weights, { B: 1, T, rotations, segments, window }),
    );
    const after = add(projected(attentionOut, keys, "output", weights), x);
    const ffnIn = rmsNorm(after, get(keys.ffnNorm), { eps });
    const ffnOut = scope("ffn", () => gatedHidden(ffnIn, config, keys, weights));
    const hidden = add(projected(ffnOut, keys, "down", weights), after);
    if (!capture) return { hidden };
    const captured: Record<LayerInput, Sym<"f32">> = {
      "attention-in": attentionIn,
      "attention-out": attentionOut,
      "ffn-in": ffnIn,
      "ffn-out": ffnOut,
    };
    return { ...captured, hidden };
  });
}

/** From the last hidden states to logits, and what the head multiplies. */
export function headProgram(
  { vocabularySize, width, normEpsilon: eps }: DecoderConfig,
  rows: number,
) {
  const norm = parameter("norm", f32(width));
  const head = parameter("head", f32(vocabularySize, width));
  const R = dim("rows", { max: rows });
  const traced = program({ x: f32(R, width) }, ({ x }) => {
    const input = rmsNorm(x, norm, { eps });
    return { input, logits: linear(input, head) };
  });
  const dispose = () => {
    for (const each of [traced, norm, head]) each.dispose();
  };
  return { norm, head, program: traced, rows, dispose };
}

export type HeadProgram = ReturnType<typeof headProgram>;
