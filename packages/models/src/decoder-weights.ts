// The weights of a decoder in the memory of the native floor, and what shape each has.

import type { PackedSpec } from "@ryanstream/kernels";
import type { Parameter } from "@ryanstream/tensor";
import type { DecoderConfig } from "./decoder-config.js";

/** A matrix in packed form. */
export interface PackedParameter {
  readonly spec: PackedSpec;
  readonly bytes: Parameter<"u8">;
}

export interface Projection {
  readonly weight: PackedParameter;
  readonly bias?: Parameter<"f32"> | undefined;
}

export interface LayerWeights {
  readonly attentionNorm: Parameter<"f32">;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
  readonly queryNorm?: Parameter<"f32"> | undefined;
  readonly keyNorm?: Parameter<"f32"> | undefined;
  readonly ffnNorm: Parameter<"f32">;
  readonly gate: Projection;
  readonly up: Projection;
  readonly down: Projection;
}

export interface DecoderWeights {
  readonly embedding: PackedParameter;
  readonly layers: readonly LayerWeights[];
  readonly norm: Parameter<"f32">;
  /** The embedding itself where it is tied. */
  readonly head: PackedParameter;
}

/** `[outputs, inputs]` of the matrices of a layer. */
export function layerShapes({ width, heads, keyHeads, headDim, hidden }: DecoderConfig) {
  return {
    query: [heads * headDim, width],
    key: [keyHeads * headDim, width],
    value: [keyHeads * headDim, width],
    output: [width, heads * headDim],
    gate: [hidden, width],
    up: [hidden, width],
    down: [width, hidden],
  } as const;
}

/** All parameters, each once. */
export function parametersOf(weights: DecoderWeights): ReadonlySet<Parameter> {
  const found = new Set<Parameter>();
  const add = (value: unknown): void => {
    if (value === undefined || value === null || typeof value !== "object") return;
    if ("kind" in value && value.kind === "parameter") {
      found.add(value as Parameter);
      return;
    }
    for (const inner of Object.values(value)) add(inner);
  };
  add(weights);
  return found;
}

/** Numbers that were trained; a tied embedding counts once. */
export function countNumbers(weights: DecoderWeights): number {
  const seen = new Set<unknown>();
  let count = 0;
  const add = (value: unknown): void => {
    if (value === undefined || value === null || typeof value !== "object" || seen.has(value))
      return;
    seen.add(value);
    if ("spec" in value) {
      const { n, k } = (value as PackedParameter).spec;
      count += n * k;
    } else if ("kind" in value) count += (value as Parameter).length;
    else for (const inner of Object.values(value)) add(inner);
  };
  add(weights);
  return count;
}
