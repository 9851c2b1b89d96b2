// What distinguishes one decoder from another, whatever file said so.

import type { GatedActivation, RopeFrequencies } from "@ryanstream/kernels";
import { ensure } from "./errors.js";

export interface DecoderConfig {
  /** The name of its {@link Architecture}. */
  readonly architecture: string;
  readonly vocabularySize: number;
  /** Numbers of a token between layers: the hidden size. */
  readonly width: number;
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  /** Heads of keys and values; a divisor of `heads`. */
  readonly keyHeads: number;
  readonly headDim: number;
  /** Width of the feed-forward block: the intermediate size. */
  readonly hidden: number;
  readonly activation: GatedActivation;
  readonly normEpsilon: number;
  readonly rope: RopeFrequencies;
  /** Whether a rotated pair is two neighbours, as in GGUF files of Llama, rather than one of each half. */
  readonly interleaved: boolean;
  /** Tokens of the longest sequence that it was made for. */
  readonly maxPositions: number;
  /** Keys that a row of layer `i` sees at most, itself included; 0 for all. One number a layer. */
  readonly windows: readonly number[];
  /** Whether queries and keys are normalised by head. */
  readonly queryKeyNorm: boolean;
  /** Projections that must have a bias; others have one where the file has it. */
  readonly biases: readonly ("query" | "key" | "value" | "output" | "gate" | "up" | "down")[];
  /** Whether the output projection is the embedding. */
  readonly tied: boolean;
}

const LIMIT = 2 ** 24;
/** Dimensions of a head: what is computed for each is computed before anything else is checked. */
export const MOST_HEAD_DIM = 2 ** 16;

/** @throws ModelError `ERR_CONFIG` for numbers that don't fit each other. */
export function checkConfig(config: DecoderConfig): DecoderConfig {
  const { heads, keyHeads, headDim, rope, windows, layers, width, hidden } = config;
  const refuse = (what: string) => () => `${config.architecture}: ${what}`;
  ensure(
    heads % keyHeads === 0,
    "ERR_CONFIG",
    refuse(`${heads} query heads can't share ${keyHeads} key heads`),
  );
  ensure(
    headDim % 2 === 0 && 2 * rope.frequencies.length <= headDim,
    "ERR_CONFIG",
    refuse(`${rope.frequencies.length} rotated pairs don't fit in heads of ${headDim} dimensions`),
  );
  ensure(
    windows.length === layers,
    "ERR_CONFIG",
    refuse(`expected ${layers} windows, one a layer, found ${windows.length}`),
  );
  for (const [name, size] of Object.entries({ width, hidden, heads: heads * headDim })) {
    ensure(size <= LIMIT, "ERR_CONFIG", refuse(`${name} can't be ${size}: above ${LIMIT}`));
  }
  return config;
}
