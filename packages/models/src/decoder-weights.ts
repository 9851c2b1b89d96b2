// The weights of a decoder in the memory of the native floor, and what shape each has.

import type { PackedSpec } from "@ryanstream/kernels";
import type { Parameter } from "@ryanstream/tensor";
import type { DecoderConfig } from "./decoder-config.js";

/** A matrix in packed form. */
export interface PackedParameter {
  readonly spec: PackedSpec;
  readonly bytes: Parameter<"u8">;
  readonly outliers?: OutlierParameters | undefined;
}

/** What is added to some columns of a matrix. */
export interface OutlierParameters {
  readonly columns: Parameter<"i32">;
  readonly weight: Pick<PackedParameter, "spec" | "bytes">;
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

type Held = PackedParameter | Parameter<"f32">;

/** All matrices and vectors, each once: a tied embedding is also the head. */
function heldBy(weights: DecoderWeights): ReadonlySet<Held> {
  const found = new Set<Held>();
  const add = (value: unknown): void => {
    if (value === undefined || value === null || typeof value !== "object") return;
    if ("spec" in value || "kind" in value) found.add(value as Held);
    else for (const inner of Object.values(value)) add(inner);
  };
  add(weights);
  return found;
}

/** All parameters, each once. */
export function parametersOf(weights: DecoderWeights): readonly Parameter[] {
  return [...heldBy(weights)].flatMap((held): readonly Parameter[] => {
    if (!("spec" in held)) return [held];
    const { bytes, outliers } = held;
    return outliers === undefined ? [bytes] : [bytes, outliers.columns, outliers.weight.bytes];
  });
}

/** Numbers that were trained; a tied embedding counts once, and so does a column that is held apart. */
export function countNumbers(weights: DecoderWeights): number {
  let count = 0;
  for (const held of heldBy(weights)) {
    count += "spec" in held ? held.spec.n * held.spec.k : held.length;
  }
  return count;
}
